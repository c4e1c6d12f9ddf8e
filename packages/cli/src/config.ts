import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError } from '@weir/contract/client';
import { readEnvFile } from './settings/env-file.ts';

/** What this process was told by its environment. */
export interface Config {
  /** Folder of the Weir home, absolute. */
  readonly home: string;
  /** Host to talk to instead of the home's own. */
  readonly hostUrl: string | undefined;
  /** Credential to use instead of the home's own. */
  readonly token: string | undefined;
  /** Address and port that `weir up` listens on. */
  readonly listen: string | undefined;
  readonly port: number | undefined;
  /** Shows the stack of an unexpected error. */
  readonly debug: boolean;
  /** The caller's variables, for `--env NAME` and for the processes of `weir up`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Settings in `weir.env` of the home; the caller's variables win over them. */
  readonly fileVariables: Readonly<Record<string, string>>;
}

/** Reads the configuration from variables; throws `invalid_input` naming the one that is wrong. */
export function readConfig(callers: NodeJS.ProcessEnv = process.env): Config {
  const home = resolve(text(callers, 'WEIR_HOME') ?? join(homedir(), '.weir'));
  const fileVariables = readEnvFile(home);
  const environment = Object.fromEntries(Object.entries(callers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  const variables = overlay(fileVariables, environment);
  return {
    home,
    hostUrl: text(variables, 'WEIR_HOST'),
    token: text(variables, 'WEIR_TOKEN'),
    listen: text(variables, 'WEIR_LISTEN'),
    port: readPort(text(variables, 'WEIR_PORT')),
    debug: wantsDebug(callers),
    environment,
    fileVariables,
  };
}

/** Settings of the home with the caller's variables over them; an empty variable leaves a setting as it is. */
export function overlay(
  fileVariables: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  return { ...environment, ...fileVariables, ...Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== '')) };
}

/** True when unexpected errors are to be shown with their stack. */
export function wantsDebug(variables: NodeJS.ProcessEnv = process.env): boolean {
  return ['debug', 'trace'].includes(variables['WEIR_LOG_LEVEL'] ?? '');
}

function text(variables: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = variables[name];
  return value === undefined || value === '' ? undefined : value;
}

function readPort(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) {
    throw new AppError('invalid_input', `WEIR_PORT is "${value}": use a port from 0 (any free one) to 65535`, {
      field: 'WEIR_PORT',
      value,
    });
  }
  return Number(value);
}
