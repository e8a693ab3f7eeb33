import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { schemaProblems } from '../../../config/check.ts';
import { changedIn, merge } from '../../../config/merge.ts';
import { allSettings, CONFIGURATION_SCHEMA } from '../../../config/schema.ts';

const SURROUNDINGS = { env: {}, readFile: () => '' };
const from = { kind: 'file', name: 'behalf.json' } as const;

test('the schema of the settings is a JSON Schema of the dialect 2020-12, which no start checks', () => {
  const ajv = new Ajv2020();
  expect([ajv.validateSchema(CONFIGURATION_SCHEMA), ajv.errorsText()]).toEqual([true, 'No errors']);
});

test('the defaults fit the schema, which no start checks', () => {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  const { values } = merge([], SURROUNDINGS);
  expect([ajv.validate(CONFIGURATION_SCHEMA, values), ajv.errorsText()]).toEqual([true, 'No errors']);
});

test('a check of the changed sections finds all that a check of all settings finds', () => {
  const whole = new Ajv2020({ allErrors: true, strict: false }).compile(CONFIGURATION_SCHEMA);
  for (const { path } of allSettings()) {
    // Of no type that a setting has. A change of the port changes a derived one, too.
    const { values, sources } = merge([{ path, value: 1.5, from }], SURROUNDINGS);
    const found = schemaProblems(values, changedIn(sources)).map(({ pointer }) => pointer);
    expect(found).toContain(`/${path.join('/')}`);
    whole(values);
    expect(found).toHaveLength(whole.errors?.length ?? 0);
    expect(found).toEqual(
      schemaProblems(values, new Set(Object.keys(CONFIGURATION_SCHEMA.properties ?? {}))).map(({ pointer }) => pointer),
    );
  }
});

test('a section that the schema does not have is found', () => {
  const { values } = merge([{ path: ['unheardOf'], value: 1, from }], SURROUNDINGS);
  expect(schemaProblems(values, new Set(['unheardOf']))).toHaveLength(1);
});
