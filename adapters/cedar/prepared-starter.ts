/**
 * The starter set as it was checked, and the schema as Cedar resolved it, when `npm run generate` wrote starter-checked.json. To check it
 * at a start takes a fifth of the processor time of that start, and the result is always the same.
 */
import { createHash } from 'node:crypto';
import type { Checked } from './check-policies.ts';
import type { ResolvedSchema } from './facts-fit.ts';

export const PREPARED_FILE = 'starter-checked.json';

export type PreparedStarter = {
  /** Of the texts from which it was made: SHA-256, hexadecimal. */
  readonly digest: string;
  readonly schema: ResolvedSchema;
  readonly checked: Checked;
};

export const digestOf = (schema: string, starter: string): string =>
  createHash('sha256')
    .update(JSON.stringify([schema, starter]))
    .digest('hex');

/** Undefined where one of the texts is another than the file was made from: then it is checked anew. Throws where the file is no JSON. */
export const preparedFrom = (file: string, schema: string, starter: string): PreparedStarter | undefined => {
  const prepared = JSON.parse(file) as PreparedStarter;
  return prepared.digest === digestOf(schema, starter) ? prepared : undefined;
};
