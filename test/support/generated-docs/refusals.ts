/** docs/reference/refusals.md, out of the tables of refusals. */
import type { RefusalTable } from '../../../src/domain/vocabulary/refusals.ts';
import { REFUSAL_AREAS } from '../../../src/http/refusal-areas.ts';

const INTRODUCTION = `<!-- Generated from the \`…-refusals.ts\` of src/ by \`npm run generate\`. Do not edit. -->

# Reasons of refusals

For developers of programs that call the management API, and for those who add a refusal. After this you know what a \`reason\` says.

A problem document has \`reason\` where the refusal has one. A reason is stable, and new ones may come: treat an unknown one as
its \`type\`. Pages look up their words in the language of the reader by it. In a text, \`{name}\` stands for a parameter.

The reasons in a \`denial\` of the token endpoint are others: [token exchange](token-exchange.md#refusals).`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

const section = (title: string, table: RefusalTable): string => {
  const rows = Object.entries(table).map(
    ([reason, { code, text }]) => `| \`${reason}\` | \`${code}\` | ${cell(text)} |`,
  );
  return [`## ${title}`, '', '| reason | code | text |', '|---|---|---|', ...rows].join('\n');
};

const page = {
  path: 'docs/reference/refusals.md',
  render: (): string => {
    const sections = REFUSAL_AREAS.map(({ title, table }) => section(title, table));
    return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
  },
};

export default page;
