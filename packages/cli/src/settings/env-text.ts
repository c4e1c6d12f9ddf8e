import { AppError } from '@weir/contract/client';

/** How a reader takes what stands between quotes: what may stand there (source of a RegExp), and what a backslash makes of a letter. */
interface Quotes {
  readonly body: string;
  readonly escapes: Readonly<Record<string, string>>;
}

/** Who else reads the text: systemd and shells, or python-dotenv. */
type Dialect = 'systemd' | 'dotenv';

/** Where the text is from, and for whom it was written. */
export interface EnvSource {
  readonly path: string;
  readonly dialect: Dialect;
}

const ESCAPED_DOUBLE = '(?:\\\\[^]|[^"\\\\])*';
const DIALECTS: Record<Dialect, { readonly single: Quotes; readonly double: Quotes }> = {
  systemd: {
    single: { body: "[^']*", escapes: {} },
    double: { body: ESCAPED_DOUBLE, escapes: { '\\': '\\', '"': '"', $: '$', '`': '`' } },
  },
  dotenv: {
    single: { body: "(?:\\\\[^]|[^'\\\\])*", escapes: { '\\': '\\', "'": "'" } },
    double: {
      body: ESCAPED_DOUBLE,
      escapes: { '\\': '\\', "'": "'", '"': '"', a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
    },
  },
};

/**
 * Reads `NAME=value` lines. A `#` begins a comment only where a line begins and after a blank; a value in quotes may have several lines.
 * Lines that set nothing are passed over. Throws `invalid_config` for quotes that do not end their value: readers disagree about them.
 */
export function parseEnvLines(text: string, source: EnvSource): Map<string, string> {
  const { single, double } = DIALECTS[source.dialect];
  const values = new Map<string, string>();
  for (const { groups = {}, index } of text.matchAll(makePattern(single, double))) {
    const { name = '', inSingle, inDouble, quote, bare = '' } = groups;
    if (quote !== undefined) throw refuseQuote(`${source.path}, line ${text.slice(0, index).split('\n').length}`, name, quote);
    values.set(name, unescape(inSingle, single) ?? unescape(inDouble, double) ?? bare.replace(/\s#.*$/, '').trim());
  }
  return values;
}

function makePattern(single: Quotes, double: Quotes): RegExp {
  const blank = '[^\\S\\r\\n]';
  const quoted = `${blank}*(?:'(?<inSingle>${single.body})'|"(?<inDouble>${double.body})")${blank}*(?:${blank}#.*)?$`;
  const value = `(?:${quoted}|${blank}*(?<quote>['"])|(?<bare>.*)$)`;
  return new RegExp(`^${blank}*(?:export${blank}+)?(?<name>[\\w.-]+)${blank}*=${value}`, 'gm');
}

function unescape(body: string | undefined, { escapes }: Quotes): string | undefined {
  return body?.replace(/\\([^])/g, (whole, letter: string) => escapes[letter] ?? whole);
}

function refuseQuote(place: string, name: string, quote: string): AppError {
  const message = `the value of ${name} begins with ${quote} and does not end with it: put all of it between quotes that it does not hold`;
  return new AppError('invalid_config', `${place}: ${message}`, { field: name });
}
