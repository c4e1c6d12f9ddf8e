import { SECTIONS, type Section, type Setting } from './settings.ts';

/** An env file in which every setting stands as a comment with its default. */
export function renderTemplate(): string {
  const head = '# Settings of this Weir home. Variables of the environment win. Read by weir up, weir host and weir runner.\n';
  return [head, ...SECTIONS.map(renderSection)].join('\n');
}

function renderSection({ title, settings }: Section): string {
  return `# --- ${title}\n${settings.map(renderSetting).join('')}`;
}

function renderSetting({ name, aliases = [], absent = '', meaning }: Setting): string {
  const also = aliases.length === 0 ? '' : ` (also ${aliases.join(', ')})`;
  const comment = `${meaning}${also}`.trim();
  return `${comment === '' ? '' : `# ${comment}\n`}#${name}=${absent}\n`;
}
