import type { JobCreate, Target } from '@weir/contract/client';

/** What was said about a job so far: fields of the request, and every target. */
export type JobRequest = Partial<Omit<JobCreate, 'target'>> & { readonly targets?: Target[] };

/** Lays what was said later over what was said before; variables and labels are added by name. */
export function mergeRequests(requests: readonly JobRequest[]): JobRequest {
  return requests.reduce<JobRequest>((before, later) => {
    const env = { ...before.env, ...later.env };
    const labels = { ...before.labels, ...later.labels };
    return {
      ...before,
      ...later,
      ...(Object.keys(env).length === 0 ? {} : { env }),
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
    };
  }, {});
}

/** Like `mergeRequests` for one list of options, in which targets and dependencies may come several times. */
export function joinRequests(requests: readonly JobRequest[]): JobRequest {
  const targets = requests.flatMap((request) => request.targets ?? []);
  const depends = requests.flatMap((request) => request.depends ?? []);
  return {
    ...mergeRequests(requests),
    ...(targets.length === 0 ? {} : { targets }),
    ...(depends.length === 0 ? {} : { depends }),
  };
}
