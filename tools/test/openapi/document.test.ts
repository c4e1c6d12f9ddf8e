import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { ROUTES, type Route } from '@weir/contract';
import { describe, expect, test } from 'vitest';
import { describeRoutes } from '../../openapi/document.ts';
import { ROOT } from '../../repository.ts';

const document = describeRoutes('1.2.3');
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

describe('the OpenAPI document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate({ ...document });
    expect(result).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  test('a document with a broken operation is not valid', async () => {
    const broken = { ...document, paths: { '/api/jobs': { get: { operationId: 7 } } } };
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
  });

  test('has every route of the contract, once', () => {
    expect(operations.map((operation) => operation.operationId).sort()).toEqual(Object.keys(ROUTES).sort());
  });

  test('only open routes go without a token', () => {
    const open = Object.entries<Route>(ROUTES).filter(([, route]) => route.access === 'open');
    const free = operations.filter((operation) => operation.security.length === 0);
    expect(free.map((operation) => operation.operationId)).toEqual(open.map(([id]) => id));
  });

  test('every operation says how it refuses', () => {
    for (const operation of operations) {
      expect(operation.responses).toHaveProperty('default.content.application/json.schema.$ref', '#/components/schemas/ErrorBody');
    }
  });

  test('every placeholder of a path is described', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const placeholders = [...path.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name);
      for (const operation of Object.values(methods)) {
        const described = (operation.parameters ?? []).filter((parameter) => parameter['in'] === 'path');
        expect(described.map((parameter) => parameter['name'])).toEqual(placeholders);
      }
    }
  });

  test('every reference leads to a schema', () => {
    const text = JSON.stringify(document);
    const names = [...text.matchAll(/"#\/components\/schemas\/([A-Za-z]+)"/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(document.components).toHaveProperty(`schemas.${name}`);
  });

  test('the committed file is the one that the contract gives', () => {
    const committed: unknown = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8'));
    expect({ ...describeRoutes('0.1.0') }).toEqual(committed);
  });
});
