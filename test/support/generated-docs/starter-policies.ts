import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPolicies } from '../../../adapters/cedar/check-policies.ts';
import { resolvedSchema } from '../../../adapters/cedar/facts-fit.ts';
import { digestOf, PREPARED_FILE, type PreparedStarter } from '../../../adapters/cedar/prepared-starter.ts';
import { inSlices } from '../../../adapters/cedar/slices.ts';

const FOLDER = join(import.meta.dirname, '../../../adapters/cedar');

const page = {
  path: `adapters/cedar/${PREPARED_FILE}`,
  render: async (): Promise<string> => {
    const [schema = '', starter = ''] = ['agent.cedarschema', 'starter.cedar'].map((name) =>
      readFileSync(join(FOLDER, name), 'utf8'),
    );
    const prepared: PreparedStarter = {
      digest: digestOf(schema, starter),
      schema: resolvedSchema(schema),
      checked: await inSlices(checkPolicies(starter, schema), async () => undefined),
    };
    return `${JSON.stringify(prepared)}\n`;
  },
};

export default page;
