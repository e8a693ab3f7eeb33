/** docs/reference/request-bounds.md, out of the table that the server checks. */
import {
  BOUNDED_ROUTES,
  MOST_VALUES,
  OTHER_PARAMETER_BYTES,
  PARAMETER_BYTES,
} from '../../../src/provider/endpoints/parameter-bounds.ts';

const page = {
  path: 'docs/reference/request-bounds.md',
  render: (): string => {
    const rows = Object.entries(PARAMETER_BYTES).map(([name, bytes]) => `| \`${name}\` | ${bytes} |`);
    return `${[
      '<!-- Generated from src/provider/endpoints/parameter-bounds.ts by `npm run generate`. Do not edit. -->',
      '# Bounds of requests',
      `For developers of clients. After this you know the largest size of each parameter.

Callers without authentication may call ${Object.values(BOUNDED_ROUTES).join(', ')}. Each parameter of these has a
largest size. The server refuses a longer one with 400 \`invalid_request\`, and \`error_description\` names it. It stores nothing, and
does not redirect the browser to the client.`,
      `Sizes are bytes of UTF-8, after percent-decoding. A parameter that the table does not name has at most
${OTHER_PARAMETER_BYTES} bytes. A request may have \`resource\` up to ${MOST_VALUES} times, and any other parameter once. A request target (path and query)
has at most 8192 bytes: push a larger request (RFC 9126).`,
      ['| parameter | bytes |', '|---|---|', ...rows].join('\n'),
    ].join('\n\n')}\n`;
  },
};

export default page;
