import { describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { routeEntries } from '../../src/http/management/resource-table.ts';
import { composeManagementApi } from '../support/composed-management-api.ts';
import { ISSUER } from '../support/composed-services.ts';

const TEXT = '@id("all") permit (principal, action, resource);';

describe('the OpenAPI document', () => {
  test('is served without a token, is valid OpenAPI 3.1 and names every route once', async () => {
    const { http } = await composeManagementApi();
    const answer = await http.get('/api/v1/openapi.json');
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    const validator = new Validator();
    expect(await validator.validate(structuredClone(answer.body))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
    expect(answer.body.servers).toEqual([{ url: `${ISSUER}/api/v1` }]);
    const operations = Object.values(answer.body.paths as Record<string, Record<string, { operationId: string }>>)
      .flatMap((path) => Object.values(path))
      .map(({ operationId }) => operationId);
    expect(operations.sort()).toEqual([...routeEntries().map(([operation]) => operation), 'getOpenApi'].sort());
  });

  test('describes what is answered', async () => {
    const { http, call, admin, newAgent } = await composeManagementApi();
    const { body: document } = await http.get('/api/v1/openapi.json');
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema({ $id: 'api', components: document.components });
    const answers = {
      Me: await call(admin, 'get', '/me'),
      Agent: await call(admin, 'post', '/agents', newAgent()),
      AgentPage: await call(admin, 'get', '/agents'),
      Client: await call(admin, 'post', '/clients', { name: 'Wiki', redirect_uris: ['https://wiki.example/cb'] }),
      ResourceServer: await call(admin, 'post', '/resource-servers', {
        identifier: 'https://api.example',
        name: 'Trips',
        scopes: [{ name: 'trips:read', description: 'See trips', risk: 'low' }],
      }),
      AccountPage: await call(admin, 'get', '/accounts'),
      AuditPage: await call(admin, 'get', '/audit/events'),
      SigningKeys: await call(admin, 'get', '/keys'),
      PolicySet: await call(admin, 'post', '/policy-sets', { text: TEXT, note: 'First' }),
      PolicySetPage: await call(admin, 'get', '/policy-sets'),
      PolicyValidation: await call(admin, 'post', '/policy-sets/validation', { text: TEXT }),
      PolicySchema: await call(admin, 'get', '/policy/schema'),
      Problem: await call(admin, 'post', '/agents', {}),
    };
    for (const [name, { body }] of Object.entries(answers)) {
      const check = ajv.compile({ $ref: `api#/components/schemas/${name}` });
      check(body);
      expect([name, check.errors]).toEqual([name, null]);
    }
  });
});
