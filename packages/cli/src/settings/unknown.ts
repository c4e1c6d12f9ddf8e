import type { Config } from '../config.ts';
import { note } from '../output/terminal.ts';
import { envFileOf } from './env-file.ts';
import { SETTINGS } from './settings.ts';

/** Says on standard error which lines of `weir.env` set nothing: names that look like ours and are none. */
export function tellUnknownSettings({ home, fileVariables }: Config): void {
  const known = new Set(SETTINGS.map(({ name }) => name));
  const unknown = Object.keys(fileVariables).filter((name) => name.startsWith('WEIR_') && !known.has(name));
  for (const name of unknown) note(`${envFileOf(home)}: ${name} is no setting and changes nothing; see "weir config show --all"`);
}
