/** What is known about the starter set without a check of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { checkPolicies } from '../../../adapters/cedar/check-policies.ts';
import { resolvedSchema } from '../../../adapters/cedar/facts-fit.ts';
import { cedarPolicyEngine } from '../../../adapters/cedar/policy-engine.ts';
import { PREPARED_FILE, preparedFrom } from '../../../adapters/cedar/prepared-starter.ts';
import { inSlices } from '../../../adapters/cedar/slices.ts';

const { schema, starter } = cedarPolicyEngine();
const file = readFileSync(join(import.meta.dirname, '../../../adapters/cedar', PREPARED_FILE), 'utf8');

describe('the prepared starter set', () => {
  test('is what a check of the text finds, whether it was taken before or not, and has no finding', async () => {
    const prepared = preparedFrom(file, schema, starter);
    for (const wasTaken of [false, true]) {
      // As JSON: what Cedar returns has members without a value.
      const found = await inSlices(checkPolicies(starter, schema, { wasTaken }), async () => undefined);
      const checked = JSON.parse(JSON.stringify(found));
      expect(prepared?.checked).toEqual(checked);
    }
    expect(prepared?.checked.check.findings).toEqual([]);
    expect(prepared?.schema).toEqual(JSON.parse(JSON.stringify(resolvedSchema(schema))));
  });

  test('is not used for another text or another schema', () => {
    expect(preparedFrom(file, schema, `${starter}\n`)).toBeUndefined();
    expect(preparedFrom(file, `${schema}\n`, starter)).toBeUndefined();
  });
});
