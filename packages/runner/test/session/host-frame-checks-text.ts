import { format, resolveConfig } from 'prettier';
import { Code } from 'typebox/compile';
import { HostFrame } from '@weir/contract';

/** The file that holds the checks, below the package. */
export const CHECKS_FILE = 'src/session/host-frame-checks.ts';

const HEAD = `/* eslint-disable */
// @ts-nocheck
// Generated from the contract's HostFrame by test/session/generate-host-frame-checks.ts: run it when a frame changes.
// Code instead of schemas, because the schema library would take 30 MB and 0.2 s of every runner.

/** By type of frame: true when a value that says it is one fits the contract. */
export const HOST_FRAME_CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
`;

/** Writes the contract's host frames as plain functions. */
export async function makeHostFrameChecks(path: string): Promise<string> {
  const entries = HostFrame.anyOf.map((schema) => `${schema.properties.type.const}: ${toFunction(Code(schema))},`);
  return format(`${HEAD}${entries.join('\n')}\n};\n`, { ...(await resolveConfig(path)), parser: 'typescript' });
}

/** The body of the one check function in the module that the schema library writes, its regular expressions put in place. */
function toFunction(module: { Code: string; External: { variables: unknown[] } }): string {
  const found = /^const check_0 = (.*);$/m.exec(module.Code)?.[1];
  if (found === undefined || /check_1|Guard|Hashing\./.test(found)) throw new Error('the schema library writes another form of module now');
  return found.replace(/External\[(\d+)\]/g, (_, index: string) => String(module.External.variables[Number(index)]));
}
