/** The types of details that ship as examples, as the register holds them. */
import { readFileSync } from 'node:fs';
import type { DetailType } from '../../src/domain/vocabulary/detail-type.ts';

export const EXAMPLES = ['payment', 'file-access', 'database-query', 'deployment', 'email-send'] as const;

export const exampleTypes = (name: (typeof EXAMPLES)[number]): readonly DetailType[] =>
  JSON.parse(
    readFileSync(new URL(`../../config/examples/detail-types/${name}.json`, import.meta.url), 'utf8'),
  ) as readonly DetailType[];

export const exampleType = (name: (typeof EXAMPLES)[number]): DetailType => {
  const [type] = exampleTypes(name);
  if (!type) throw new Error(`no type in ${name}`);
  return type;
};
