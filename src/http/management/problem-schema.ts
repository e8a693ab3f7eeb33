/** The schema of every error of the API (RFC 9457). */

import { named } from './schema.ts';
import { arrayOf, integer, string } from './schema-parts.ts';

export const PROBLEM = named<object>('Problem', {
  type: 'object',
  required: ['type', 'title', 'status', 'instance'],
  properties: {
    type: string('`urn:behalf:problem:` and a stable code.'),
    title: string(),
    status: integer(),
    detail: string(),
    instance: string('Id of the request, as in the access log and the audit log.'),
    reason: string('Stable code of this very refusal, where it has one.'),
    errors: arrayOf({
      type: 'object',
      required: ['detail'],
      properties: {
        pointer: string('JSON pointer into the body (RFC 6901).'),
        parameter: string('Name of a query parameter.'),
        detail: string(),
      },
    }),
  },
});
