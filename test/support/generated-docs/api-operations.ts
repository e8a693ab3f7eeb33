/** src/cli/api-operations.ts: method and path of each operation, for a command line that loads no part of the server. */
import { MANAGEMENT_SCOPES } from '../../../src/http/management/management-scopes.ts';
import { routeEntries } from '../../../src/http/management/resource-table.ts';

const INTRODUCTION = `// Generated from src/http/management/resource-table.ts by \`npm run generate\`. Do not edit.

/** A table of the operations of the management API: method, and path below its base. */`;

const page = {
  path: 'src/cli/api-operations.ts',
  render: (): string =>
    [
      INTRODUCTION,
      'export const API_OPERATIONS = {',
      ...routeEntries().map(([operation, { method, path }]) => `  ${operation}: ['${method}', '${path}'],`),
      '} as const;\n',
      '/** The scopes of the management API, by name. */',
      'export const API_SCOPES = [',
      ...MANAGEMENT_SCOPES.map(({ name }) => `  '${name}',`),
      '] as const;\n',
    ].join('\n'),
};

export default page;
