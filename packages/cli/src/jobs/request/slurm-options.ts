import type { Directive } from './directive.ts';

/** What an option of sbatch becomes: our words, or why there are none. */
type Translation = readonly string[] | { readonly because: string };

/** Ours has no such option: it becomes --ntasks-per-node once the nodes are known. */
const TOTAL_TASKS = '--ntasks';

/** Slurm's one-letter names. */
const SHORT: Readonly<Record<string, string>> = {
  J: 'job-name',
  n: 'ntasks',
  N: 'nodes',
  c: 'cpus-per-task',
  t: 'time',
  p: 'partition',
  A: 'account',
  d: 'dependency',
  a: 'array',
  o: 'output',
  e: 'error',
  D: 'chdir',
  b: 'begin',
  w: 'nodelist',
  G: 'gpus',
  H: 'hold',
};

/** Options of sbatch that Weir has, by their long names; the value is empty for those without one. */
const LONG: Readonly<Record<string, (value: string) => Translation>> = {
  'job-name': (value) => ['--name', value],
  comment: (value) => ['--comment', value],
  'cpus-per-task': (value) => ['--cpus-per-task', value],
  'ntasks-per-node': (value) => ['--ntasks-per-node', value],
  ntasks: (value) => [TOTAL_TASKS, value],
  nodes: (value) => ['--nodes', value.split('-')[0] ?? value],
  mem: (value) => (value === '0' ? { because: 'all memory of a node: use --exclusive' } : ['--memory', value]),
  time: translateTime,
  partition: (value) => ['--partition', value],
  account: (value) => ['--account', value],
  dependency: (value) => ['--depends', value],
  array: (value) => ['--array', value],
  output: (value) => ['--stdout', translatePattern(value)],
  error: (value) => ['--stderr', translatePattern(value)],
  chdir: (value) => ['--workdir', value],
  begin: (value) => ['--begin', value],
  nodelist: (value) => (/[,[]/.test(value) ? { because: 'Weir takes one node: use --target' } : ['--target', value]),
  exclusive: () => ['--exclusive'],
  requeue: () => ['--requeue'],
  'no-requeue': () => ['--no-requeue'],
  gpus: (value) => ['--gpus', value],
  'gpus-per-node': (value) => ['--gpus', value],
  gres: (value) => (/^gpu(:|$)/.test(value) ? ['--gpus', value.replace(/^gpu:?/, '') || '1'] : { because: 'only GPUs' }),
  nice: (value) => ['--priority', String(-Number(value))],
  export: (value) => value.split(',').flatMap((part) => (part === 'ALL' || part === 'NONE' ? [] : ['--env', part])),
  hold: () => ({ because: 'Weir has no hold until release: use --begin' }),
};

const FLAGS_WITHOUT_VALUE = ['exclusive', 'requeue', 'no-requeue', 'hold'];

/** Translates `#SBATCH` lines to our options; those that Weir has not become warnings that name their line. */
export function readSlurmLines(lines: readonly Directive[], name: string): { directives: Directive[]; warnings: string[] } {
  const directives: Directive[] = [];
  const warnings: string[] = [];
  for (const { line, words } of lines) {
    for (const { option, value } of readOptions(words)) {
      const translation = Object.hasOwn(LONG, option) ? LONG[option]?.(value) : undefined;
      if (translation !== undefined && !('because' in translation)) directives.push({ line, words: translation });
      else
        warnings.push(
          `${name}, line ${line}: --${option} of Slurm is left out${translation === undefined ? '' : `: ${translation.because}`}`,
        );
    }
  }
  return { directives: spreadTasks(directives), warnings };
}

interface SlurmOption {
  readonly option: string;
  readonly value: string;
}

function readOptions(words: readonly string[]): SlurmOption[] {
  const options: SlurmOption[] = [];
  for (let place = 0; place < words.length; place += 1) {
    const word = words[place] ?? '';
    const [, long, attached] = /^--([^=]+)(?:=(.*))?$/.exec(word) ?? [];
    const [, letter = '', glued = ''] = /^-([A-Za-z])(.*)$/.exec(word) ?? [];
    const option = long ?? SHORT[letter] ?? word.replace(/^-+/, '');
    const said = attached ?? (glued === '' ? undefined : glued);
    const takesNext = said === undefined && !FLAGS_WITHOUT_VALUE.includes(option) && words[place + 1]?.startsWith('-') === false;
    if (takesNext) place += 1;
    options.push({ option, value: said ?? (takesNext ? (words[place] ?? '') : '') });
  }
  return options;
}

/** Slurm counts all tasks of a job, Weir those of a node; where both are said, those of a node count. */
function spreadTasks(directives: readonly Directive[]): Directive[] {
  const valueOf = (flag: string) => directives.find(({ words }) => words[0] === flag)?.words[1];
  const nodes = Number(valueOf('--nodes') ?? 1);
  return directives.flatMap((directive) => {
    const [flag, tasks] = directive.words;
    if (flag !== TOTAL_TASKS) return [directive];
    if (valueOf('--ntasks-per-node') !== undefined) return [];
    return [{ ...directive, words: ['--ntasks-per-node', nodes > 1 ? String(Math.ceil(Number(tasks) / nodes)) : (tasks ?? '')] }];
  });
}

/** A bare number is minutes in Slurm. */
function translateTime(value: string): Translation {
  if (/^(0|infinite|unlimited)$/i.test(value)) return [];
  return ['--time-limit', /^\d+$/.test(value) ? `${value}m` : value];
}

/** `%x` is Slurm's name of the job; `%A` the array, of which each task is a job of its own here. */
function translatePattern(value: string): string {
  return value.replaceAll('%x', '%n').replaceAll('%A', '%j');
}
