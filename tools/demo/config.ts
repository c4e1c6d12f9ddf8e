import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What `npm run demo` was asked for. */
export interface DemoConfig {
  readonly home: string;
  readonly homeIsDefault: boolean;
  /** Variables for the programs that the demo calls. */
  readonly environment: NodeJS.ProcessEnv;
  readonly sampleRows: number;
  readonly inferRows: number;
  readonly seed: number;
  readonly json: boolean;
}

const MOST_ROWS = 50_000_000;
/** Rows to predict: a tenth of the sample. */
const INFER_SHARE = 0.1;

/** Reads the command line and the environment; throws an Error that says what to change. */
export function readDemoConfig(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): DemoConfig {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string', default: '200000' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const sampleRows = readCount('--rows', values.rows, { least: 1000, most: MOST_ROWS });
  const defaultHome = join(homedir(), '.weir');
  const home = resolve(environment['WEIR_HOME'] || defaultHome);
  return {
    home,
    homeIsDefault: home === defaultHome,
    environment: { ...environment, WEIR_HOME: home },
    sampleRows,
    inferRows: Math.round(sampleRows * INFER_SHARE),
    seed: readCount('--seed', values.seed, { least: 0, most: 2 ** 31 - 1 }),
    json: values.json,
  };
}

function readCount(flag: string, text: string, { least, most }: { readonly least: number; readonly most: number }): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new Error(`${flag} is "${text}": use a whole number from ${least} to ${most}`);
  return value;
}
