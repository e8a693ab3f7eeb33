import { describe, expect, test } from '@jest/globals';
import { describedDetail } from '../../../src/domain/resources/authorization-details/described-detail.ts';
import { violation } from '../../../src/domain/resources/authorization-details/detail-schema.ts';
import { sampleDetail } from '../../../src/domain/resources/authorization-details/sample-detail.ts';
import { EXAMPLES, exampleTypes } from '../../support/detail-types.ts';

describe('a detail made up to show how people read its type', () => {
  const types = EXAMPLES.flatMap((name) => exampleTypes(name));

  test.each(types.map((type) => [type.type, type] as const))(
    'fits the schema and fills the sentence: %s',
    (_, type) => {
      const detail = sampleDetail(type);
      expect([detail.type, violation(type.schema, detail)]).toEqual([type.type, undefined]);
      const { sentence } = describedDetail(type, detail);
      expect(sentence.filter((part) => 'member' in part && part.value === undefined)).toEqual([]);
    },
  );

  test('keeps to least, most, step and choice', () => {
    const schema = {
      type: 'object',
      properties: {
        sum: { type: 'integer', minimum: 10, multipleOf: 4 },
        above: { type: 'number', exclusiveMinimum: 7 },
        tip: { type: 'integer', minimum: 0, maximum: 0 },
        to: { type: 'string', minLength: 12, maxLength: 14 },
        in: { type: 'string', enum: ['EUR', 'USD'] },
        day: { type: 'string', format: 'date' },
        of: { type: 'array', minItems: 2, items: { type: 'string', examples: ['rail'] } },
      },
    } as const;
    const detail = sampleDetail({ type: 'x', schema });
    expect(detail).toEqual({
      type: 'x',
      sum: 12,
      above: 8,
      tip: 0,
      to: 'toxxxxxxxxxx',
      in: 'EUR',
      day: '2030-01-31',
      of: ['rail', 'rail'],
    });
    expect(violation(schema, detail)).toBeUndefined();
  });
});
