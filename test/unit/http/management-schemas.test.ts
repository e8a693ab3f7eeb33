import { describe, expect, test } from '@jest/globals';
import { type Handlers, resource } from '../../../src/http/management/resource.ts';
import { about, scopes } from '../../../src/http/management/route.ts';
import { componentsOf, named, ref } from '../../../src/http/management/schema.ts';
import { input, integer, output, string, text } from '../../../src/http/management/schema-parts.ts';
import { bodyCheck } from '../../../src/http/management/validation.ts';
import { fromWire, fromWireBelow, show, toWire } from '../../../src/http/management/wire-names.ts';

const PART = named('Part', input({ name: text('Name.', 5) }, ['name']));
const NEW = named('New', input({ part: ref(PART), window_seconds: integer('Seconds.') }, ['part']));
const SHOWN = named('Shown', output({ id: string() }));
const SCOPES = scopes('ones', { read: ['See ones', 'low'], write: ['Create ones', 'high'] });
const routes = { createOne: about('ones', SCOPES).create('/ones', NEW, SHOWN, 'Create') };

describe('a schema', () => {
  test('brings the schemas that it names, and stays plain JSON', () => {
    const components = componentsOf([NEW]);
    expect(Object.keys(components).sort()).toEqual(['New', 'Part']);
    expect(JSON.parse(JSON.stringify(components['New']))).toEqual({
      type: 'object',
      additionalProperties: false,
      properties: {
        part: { $ref: '#/components/schemas/Part' },
        window_seconds: { type: 'integer', description: 'Seconds.' },
      },
      required: ['part'],
    });
  });

  test('keeps what it names when a description is added', () => {
    const schema = named('Described', input({ part: { ...ref(PART), description: 'A part.' } }));
    expect(Object.keys(componentsOf([schema])).sort()).toEqual(['Described', 'Part']);
  });

  test('shares its name with no other', () => {
    expect(() => componentsOf([PART, named('Part', string())])).toThrow('two schemas have the name Part');
  });

  test('checks a body, the named schemas included', () => {
    const check = bodyCheck(NEW);
    expect(check({ part: { name: 'a' } })).toEqual({ part: { name: 'a' } });
    expect(() => check({ part: { name: 'too long' } })).toThrow('This text has at most 5 characters.');
  });

  test('is the type of bodies and answers: a handler that does not fit does not compile', () => {
    const handlers = (): Handlers<typeof routes> => ({
      createOne: async ({ body }) => ({ body: { id: `${body.part.name} ${body.windowSeconds?.toFixed()}` } }),
    });
    const wrong = {
      // @ts-expect-error: the schema has no such member.
      createOne: async ({ body }) => ({ body: { id: body.other } }),
    } satisfies Handlers<typeof routes>;
    // @ts-expect-error: the answer has no id.
    const incomplete: Handlers<typeof routes> = { createOne: async () => ({ body: {} }) };
    expect(Object.keys(resource(routes, handlers).handlers(undefined))).toEqual(Object.keys(wrong));
    expect(Object.keys(incomplete)).toEqual(['createOne']);
  });
});

describe('names over the API', () => {
  test('are renamed at the first level, and below it where a member is named', () => {
    expect(fromWire({ window_seconds: 1, by_id: { a_b: 2 } })).toEqual({ windowSeconds: 1, byId: { a_b: 2 } });
    expect(fromWire({ id: 'x', name: 'y' }, 'id')).toEqual({ name: 'y' });
    expect(fromWireBelow({ ceilings: { max_agents: 1 }, other: { a_b: 2 } }, 'ceilings')).toEqual({
      ceilings: { maxAgents: 1 },
      other: { a_b: 2 },
    });
    expect(fromWireBelow({ ceilings: null }, 'ceilings')).toEqual({ ceilings: null });
  });

  test('show only what is listed and present, and never the digest of a secret', () => {
    const document = { id: 'x', createdAt: 1, secretHash: 'h', gone: undefined };
    expect(show(document, ['id', 'createdAt', 'gone'])).toEqual({ id: 'x', created_at: 1 });
    expect(toWire(document)).toEqual({ id: 'x', created_at: 1, gone: undefined });
  });
});
