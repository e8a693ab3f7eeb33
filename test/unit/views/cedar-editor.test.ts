/** The editor of policies in the browser: what it reads out of the schema, what it offers at a place, and its bundle. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { schemaToJsonWithResolvedTypes } from '@cedar-policy/cedar-wasm/nodejs';
import { describe, expect, test } from '@jest/globals';
import { type Offer, offersAt } from '../../../views/editor/cedar-completion.ts';
import { type Attribute, readSchema, type Type } from '../../../views/editor/cedar-schema.ts';
import { BUNDLE, editorBundle, ROOT } from '../../support/editor-bundle.ts';

const text = readFileSync(join(ROOT, 'adapters/cedar/agent.cedarschema'), 'utf8');
const schema = readSchema(text);
const annotations = [
  { name: 'id', says: 'small letters' },
  { name: 'reason', says: 'one line' },
];

/** A type as Cedar writes it in JSON. */
type CedarType = {
  readonly type: string;
  readonly name?: string;
  readonly element?: CedarType;
  readonly attributes?: Readonly<Record<string, CedarType & { readonly required?: boolean }>>;
};
type CedarSchema = {
  readonly commonTypes: Readonly<Record<string, CedarType>>;
  readonly entityTypes: Readonly<Record<string, { readonly shape?: CedarType }>>;
  readonly actions: Readonly<
    Record<
      string,
      {
        readonly appliesTo: {
          readonly principalTypes: readonly string[];
          readonly resourceTypes: readonly string[];
          readonly context: CedarType;
        };
      }
    >
  >;
};

describe('the schema', () => {
  const parsed = schemaToJsonWithResolvedTypes(text);
  if (parsed.type === 'failure') throw new Error('the schema does not parse');
  const cedar = parsed.json[''] as unknown as CedarSchema;

  const typeOf = (type: CedarType): unknown => {
    if (type.type === 'Set') return { set: type.element && typeOf(type.element) };
    if (type.type === 'Record') return { record: membersOf(type) };
    return type.name ?? type.type;
  };
  const membersOf = (type: CedarType): unknown => {
    const { attributes = {} } = cedar.commonTypes[type.type] ?? type;
    return Object.fromEntries(
      Object.entries(attributes).map(([name, { required = true, ...of }]) => [name, [typeOf(of), required]]),
    );
  };
  const readType = ({ name, element, attributes }: Type): unknown => {
    if (attributes) return { record: readMembers(attributes) };
    return element ? { set: readType(element) } : name;
  };
  const readMembers = (attributes: readonly Attribute[]): unknown =>
    Object.fromEntries(attributes.map(({ name, type, isOptional }) => [name, [readType(type), !isOptional]]));

  test('is read as Cedar reads it: entities, actions and every attribute with its type', () => {
    expect(Object.fromEntries(schema.entities.map(({ name, attributes }) => [name, readMembers(attributes)]))).toEqual(
      Object.fromEntries(
        Object.entries(cedar.entityTypes).map(([name, { shape }]) => [name, shape ? membersOf(shape) : {}]),
      ),
    );
    expect(
      Object.fromEntries(
        schema.actions.map(({ name, principals, resources, context }) => [
          name,
          [[...principals].sort(), [...resources].sort(), readMembers(context)],
        ]),
      ),
    ).toEqual(
      Object.fromEntries(
        Object.entries(cedar.actions).map(([name, { appliesTo }]) => [
          name,
          [[...appliesTo.principalTypes].sort(), [...appliesTo.resourceTypes].sort(), membersOf(appliesTo.context)],
        ]),
      ),
    );
  });

  test('gives each attribute the comment above it', () => {
    const context = schema.actions.find(({ name }) => name === 'act')?.context ?? [];
    expect(context.find(({ name }) => name === 'now')?.comment).toBe('Seconds since 1970.');
    expect(context.find(({ name }) => name === 'depth')?.comment).toBe('Actors in the chain.');
  });

  test.each(['', 'entity', 'entity A {', 'action a appliesTo {', 'type T = { a: Set<', '{}}}', 'entity A, , {'])(
    'that is cut off or malformed is read to its end: %j',
    (broken) => {
      expect(Array.isArray(readSchema(broken).entities)).toBe(true);
    },
  );
});

describe('offers', () => {
  const at = (before: string, isAsked = false) => offersAt(schema, annotations, before, isAsked);
  const labels = (before: string, isAsked = false): readonly string[] =>
    (at(before, isAsked)?.offers ?? []).map(({ label }) => label);
  const offer = (before: string, label: string): Offer | undefined =>
    at(before)?.offers.find((one) => one.label === label);

  test('an annotation after @, with its value', () => {
    expect(at('permit (principal, action, resource);\n@re')).toMatchObject({ typed: 3 });
    expect(labels('@')).toEqual(['@id', '@reason']);
    expect(offer('@', '@reason')).toMatchObject({ insert: '@reason("#{}")', info: 'one line' });
  });

  test('a whole policy at the beginning, and the rest of one after its annotations', () => {
    expect(offer('per', 'permit')?.insert).toMatch(/^@id\("#\{\}"\)\n@reason/);
    expect(offer('@id("a")\n@reason("b; c")\nper', 'permit')?.insert).toMatch(/^permit \(principal/);
  });

  test('actions, after == and within quotation marks', () => {
    expect(labels('permit (principal, action == ')).toContain('Action::"act"');
    expect(labels('permit (principal, action == Action::"a')).toEqual([
      'act',
      'delegate',
      'register',
      'approve',
      'administer',
    ]);
  });

  test('the types of a principal that the action applies to', () => {
    expect(labels('permit (principal is ')).toEqual(['Account', 'Agent', 'Registration', 'Client']);
    const head = 'permit (principal, action == Action::"act", resource) when { principal is ';
    expect(labels(head)).toEqual(['Agent', 'Client']);
    expect(offer('permit (principal == ', 'Agent')).toMatchObject({ insert: 'Agent::"#{}"' });
  });

  test('the attributes of a principal, of the types that the policy names', () => {
    expect(labels('permit (principal is Agent, action, resource) when { principal.')).toEqual([
      'environment',
      'owner',
      'verified',
      'composition',
      'compositionGrade',
    ]);
    expect(offer('permit (principal is Agent, action, resource) when { principal has ', 'composition')).toMatchObject({
      detail: 'String? · Agent',
    });
  });

  test('the context of the named action, and what it consists of', () => {
    const approve = 'forbid (principal, action == Action::"approve", resource) when { context.';
    expect(labels(approve)).toContain('deputy');
    expect(labels(approve)).not.toContain('operation');
    expect(labels('forbid (principal, action, resource) when { context.')).toContain('operation');
    expect(labels(`${approve}assurance.`)).toEqual(['acr', 'amr', 'age']);
    expect(labels(`${approve}agent.`)).toContain('environment');
    expect(labels(`${approve}scopes.co`)).toContain('contains');
    expect(labels('permit (principal, action, resource) when { resource.server.')).toEqual([
      'identifier',
      'management',
    ]);
  });

  test('nothing in a comment, in a text and in a number; elsewhere without a character only if asked', () => {
    for (const before of [
      '// per',
      'permit (principal, action, resource) when { "con',
      'x when { 12',
      '',
      'a == b && ',
    ]) {
      expect([before, at(before)]).toEqual([before, undefined]);
    }
    expect(labels('permit (principal, action, resource) when { ', true)).toContain('context');
    expect(labels('permit (principal, action, resource)\nwh')).toEqual(['when', 'unless']);
  });

  test('the policy before does not count, nor what stands in its texts and comments', () => {
    const earlier = '@reason("a; b // \\" c")\nforbid (principal is Agent, action, resource);\n// principal is Agent\n';
    expect(labels(`${earlier}permit (principal is Client, action, resource) when { principal.`)).toEqual([
      'document',
      'verified',
    ]);
    // A quotation mark that is missing spoils its line only.
    expect(labels('@id("a\npermit (principal is Client, action, resource) when { principal.')).toContain('document');
  });
});

describe('the bundle', () => {
  test('is what `npm run bundle` makes of the sources and the locked packages', async () => {
    expect(readFileSync(join(ROOT, BUNDLE), 'utf8') === (await editorBundle())).toBe(true);
  });

  test('has at most 140 KB compressed, the notices of its packages, and no address to load from', () => {
    const bundle = readFileSync(join(ROOT, BUNDLE));
    expect(gzipSync(bundle, { level: 9 }).length).toBeLessThanOrEqual(140_000);
    expect(brotliCompressSync(bundle).length).toBeLessThanOrEqual(140_000);
    expect(bundle.toString()).toMatch(/^\/\*!\n@codemirror\/autocomplete [\d.]+, .*\n\nMIT License\n/);
    expect(bundle.toString()).not.toMatch(/\bimport\s*["'({*]|\bfrom\s*["']|sourceMappingURL|eval\(|new Function/);
  });
});
