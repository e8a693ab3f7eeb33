/** docs/openapi.json, out of the route table of the management API. */
import { openApiDocument } from '../../../src/http/management/openapi.ts';

const page = {
  path: 'docs/openapi.json',
  render: (): string => `${JSON.stringify(openApiDocument('http://localhost:3000'), null, 2)}\n`,
};

export default page;
