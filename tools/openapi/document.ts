import { ErrorBody, LOG_HEADERS, ROUTES, type Route } from '@weir/contract';
import { collectSchemas, type JsonSchema, type SchemaNames } from './schema-names.ts';

/** One operation of an OpenAPI document. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly Record<string, readonly string[]>[];
  readonly parameters?: readonly JsonSchema[];
  readonly requestBody?: JsonSchema;
  readonly responses: Readonly<Record<string, JsonSchema>>;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: JsonSchema;
  readonly servers: readonly JsonSchema[];
  readonly security: readonly JsonSchema[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: JsonSchema;
}

/** Describes every route of the contract as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0). */
export function describeRoutes(version: string): OpenApiDocument {
  const names = collectSchemas();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [operationId, route] of Object.entries<Route>(ROUTES)) {
    const path = route.path.replaceAll(/:([a-z_]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeOperation(operationId, route, names) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Weir',
      version,
      description: 'The HTTP operations of a Weir host.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:7766', description: 'The default address of a host on this machine' }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: names.components(),
      headers: { RetryAfter: { description: 'Of 429: seconds to wait before asking again', schema: { type: 'integer', minimum: 1 } } },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The token of a user; `weir up` writes one for the local user.' },
      },
    },
  };
}

function describeOperation(operationId: string, route: Route, names: SchemaNames): Operation {
  const parameters = [
    ...describeParameters('path', route.params, names),
    ...describeParameters('query', route.query, names),
    ...describeParameters('header', route.headers, names),
  ];
  return {
    operationId,
    summary: route.summary,
    tags: [/^\/api\/([a-z]+)/.exec(route.path)?.[1] ?? 'pages'],
    security: route.access === 'open' ? [] : [{ token: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: names.refer(route.body) } } } }),
    responses: {
      [String(route.status ?? 200)]: describeSuccess(route, names),
      default: {
        description: 'A refusal',
        headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } },
        content: { 'application/json': { schema: names.refer(ErrorBody) } },
      },
    },
  };
}

function describeParameters(place: 'path' | 'query' | 'header', schema: Route['params'], names: SchemaNames): JsonSchema[] {
  const required = new Set(schema?.required ?? []);
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: required.has(name),
    schema: names.refer(property),
  }));
}

function describeSuccess(route: Route, names: SchemaNames): JsonSchema {
  if (route.response === 'html') return { description: 'A page', content: { 'text/html': { schema: { type: 'string' } } } };
  if (route.response === 'text') return { description: 'Text', content: { 'text/plain': { schema: { type: 'string' } } } };
  if (route.response === 'bytes') {
    const header = { schema: { type: 'string' } };
    const headers = Object.fromEntries(Object.values(LOG_HEADERS).map((name) => [name, header]));
    return { description: 'Bytes', headers, content: { 'application/octet-stream': { schema: {} } } };
  }
  return { description: 'Success', content: { 'application/json': { schema: names.refer(route.response) } } };
}
