import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { CONFIGURATION_SCHEMA } from '../../../config/schema.ts';

test('the schema of the settings is a JSON Schema of the dialect 2020-12, which no start checks', () => {
  const ajv = new Ajv2020();
  expect([ajv.validateSchema(CONFIGURATION_SCHEMA), ajv.errorsText()]).toEqual([true, 'No errors']);
});
