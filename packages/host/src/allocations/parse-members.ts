import type { JsonObject } from '@weir/contract';
import type { NewMember } from './allocation-store.ts';

/** The members that a `job.starting` event carries; undefined when it carries none. Only this program writes such events. */
export function parseMembers(data: JsonObject): readonly NewMember[] | undefined {
  const { members } = data;
  return Array.isArray(members) ? (members as readonly NewMember[]) : undefined;
}
