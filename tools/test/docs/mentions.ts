/** A call of the command line as a document shows it. */
export interface CommandMention {
  /** `['job', 'submit']`. */
  readonly words: readonly string[];
  readonly flags: readonly string[];
}

const FOLDERS = 'packages|tools|docs|engines|bench|e2e|\\.ci';

/** Paths of the repository that a document names: whole ones, nothing with placeholders. */
export function listPaths(markdown: string): string[] {
  const names = [
    ...markdown.matchAll(new RegExp(`(?<![\\w./@~-])((?:${FOLDERS})/[\\w./@-]*[\\w/]|[\\w-]+\\.config\\.js|\\.ci/run)(?![\\w<*…])`, 'g')),
  ];
  return unique(names.map(([, path = '']) => path)).filter((path) => !path.includes('NNNN'));
}

/** Targets of relative links. */
export function listLinks(markdown: string): string[] {
  return unique([...markdown.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link)).filter(
    (link) => !/^[a-z]+:/.test(link),
  );
}

/** Names of npm scripts: `npm run NAME`, `npm test`, `npm start`. */
export function listScripts(markdown: string): string[] {
  return unique([...markdown.matchAll(/npm (?:run ([a-z][\w:-]*)|(test|start)\b)/g)].map(([, script, short]) => script ?? short ?? ''));
}

/** Calls of `./weir …` in code blocks and of `weir …` in code spans. */
export function listCommands(markdown: string): CommandMention[] {
  const blocks = [...markdown.matchAll(/```[a-z]*\n([\s\S]*?)```/g)].map(([, block = '']) => block.replaceAll(/\\\n\s*/g, ' '));
  const spans = [...markdown.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
  const calls = [...blocks.flatMap((block) => block.split('\n')), ...spans].flatMap((line) => {
    const call = /^\s*(?:\.\/)?weir ([a-z][^#]*)/.exec(line)?.[1];
    return call === undefined ? [] : [call];
  });
  return calls.map(readCall);
}

function readCall(call: string): CommandMention {
  const [own = ''] = call.split(' -- ');
  const parts = own.trim().split(/\s+/);
  const words = parts.slice(0, 2).filter((part) => /^[a-z]+$/.test(part));
  return { words, flags: unique(parts.filter((part) => /^--[a-z]/.test(part))) };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
