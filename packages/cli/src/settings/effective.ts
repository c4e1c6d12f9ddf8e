import { envFileOf } from './env-file.ts';
import { SETTINGS, type Setting } from './settings.ts';

/** A setting as it counts: its value (null = none; secrets masked) and where that comes from. */
export interface EffectiveSetting {
  readonly name: string;
  readonly value: string | null;
  readonly source: string;
}

/** Where values may come from, the first wins. */
export interface Sources {
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly file: Readonly<Record<string, string>>;
}

/** Every setting as a process started now would see it. */
export function listEffective(sources: Sources): EffectiveSetting[] {
  const home = {
    name: 'WEIR_HOME',
    value: sources.home,
    source: sources.environment['WEIR_HOME'] === undefined ? 'default' : 'environment',
  };
  return [home, ...SETTINGS.map((setting) => findEffective(setting, sources))];
}

function findEffective(setting: Setting, { home, environment, file }: Sources): EffectiveSetting {
  const merged = new Map([
    ...Object.entries(file).map(([name, value]) => [name, { value, source: envFileOf(home) }] as const),
    ...Object.entries(environment).flatMap(([name, value]) => (value === '' ? [] : [[name, { value, source: 'environment' }] as const])),
  ]);
  for (const name of [setting.name, ...(setting.aliases ?? [])]) {
    const found = merged.get(name);
    if (found === undefined) continue;
    const value = setting.secret === true ? mask(found.value) : found.value;
    return { name: setting.name, value, source: name === setting.name ? found.source : `${found.source} (${name})` };
  }
  return { name: setting.name, value: setting.absent ?? null, source: 'default' };
}

/** Of a URL only the password is hidden. */
function mask(value: string): string {
  if (!URL.canParse(value) || !value.includes('://')) return '********';
  const url = new URL(value);
  if (url.password !== '') url.password = '********';
  return url.toString();
}
