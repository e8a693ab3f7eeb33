import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPolicies } from '../../../adapters/cedar/check-policies.ts';
import { resolvedSchema } from '../../../adapters/cedar/facts-fit.ts';
import { digestOf, PREPARED_FILE, type PreparedStarter } from '../../../adapters/cedar/prepared-starter.ts';

const FOLDER = join(import.meta.dirname, '../../../adapters/cedar');

const page = {
  path: `adapters/cedar/${PREPARED_FILE}`,
  render: (): string => {
    const [schema = '', starter = ''] = ['agent.cedarschema', 'starter.cedar'].map((name) =>
      readFileSync(join(FOLDER, name), 'utf8'),
    );
    const prepared: PreparedStarter = {
      digest: digestOf(schema, starter),
      schema: resolvedSchema(schema),
      checked: checkPolicies(starter, schema),
    };
    return `${JSON.stringify(prepared)}\n`;
  },
};

export default page;
