import type { Static, TObject, TSchema } from 'typebox';

/** One HTTP operation: what goes in, what comes out, who may call. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Fastify's form: `/api/jobs/:job_id`. */
  readonly path: string;
  readonly summary: string;
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TSchema;
  /** Headers that mean something to the operation, by their names in lower case. */
  readonly headers?: TObject;
  /** JSON of a success; `bytes`, `html` and `text` answers have no schema. */
  readonly response: TSchema | 'bytes' | 'html' | 'text';
  /** Status of a success; 200 when absent. */
  readonly status?: 201 | 202;
  /** `open` needs no credential. */
  readonly access: 'open' | 'user' | 'admin';
}

type Part<R, K extends 'params' | 'query' | 'body' | 'headers'> = R extends { readonly [P in K]: infer S extends TSchema }
  ? Static<S>
  : undefined;

export type RouteParams<R extends Route> = Part<R, 'params'>;
export type RouteQuery<R extends Route> = Part<R, 'query'>;
export type RouteBody<R extends Route> = Part<R, 'body'>;
export type RouteHeaders<R extends Route> = Part<R, 'headers'>;
export type RouteResponse<R extends Route> = R['response'] extends 'bytes' | 'html' | 'text'
  ? Uint8Array
  : R['response'] extends infer S extends TSchema
    ? Static<S>
    : never;

type Given<K extends string, T> = T extends undefined ? unknown : Record<never, T> extends T ? { [P in K]?: T } : { [P in K]: T };

/** What a caller of the route passes: only the parts that the route has. */
export type RouteInput<R extends Route> = Given<'params', RouteParams<R>> &
  Given<'query', RouteQuery<R>> &
  Given<'body', RouteBody<R>> &
  Given<'headers', RouteHeaders<R>>;
