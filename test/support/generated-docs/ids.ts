/** docs/reference/ids.md: what each id that code, tests and docs cite stands for, and where more is said. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../generated-docs.ts';
import { FAMILIES } from '../requirements.ts';

const INTRODUCTION = `<!-- Generated from test/support/requirements.ts, oidc-provider-findings.md and decisions/README.md by \`npm run generate\`. Do not edit. -->

# Ids

For readers of code, tests, docs and commits. After this you know what an id such as \`TX-03\`, \`V7\` or \`D11\` stands for.

Two letters and two digits name an attack or a mistake that the tests try. [What is tested](conformance.md) lists the tests of
each. \`V\` and a number names a [finding in oidc-provider](../explanation/oidc-provider-findings.md). \`D\` and a number names a
[short decision](../explanation/decisions/README.md).`;

const source = (path: string): string => readFileSync(join(ROOT, 'docs', path), 'utf8');

/** Ids of findings with what was found, out of the table. */
const findings = (): readonly (readonly [string, string])[] =>
  [...source('explanation/oidc-provider-findings.md').matchAll(/^\| (V\d+)(?:–V?(\d+))? \| (.*?) \|/gm)].flatMap(
    ([, first, last, words]) => {
      const from = Number(String(first).slice(1));
      const numbers = Array.from({ length: Number(last ?? from) - from + 1 }, (_, index) => from + index);
      return numbers.map((number) => [`V${number}`, String(words)] as const);
    },
  );

/** Ids of short decisions with their first sentence. */
const decisions = (): readonly (readonly [string, string])[] =>
  [
    ...source('explanation/decisions/README.md').matchAll(/^- \*\*(D\d+)\*\* ([\s\S]*?)(?=\n- |\n\n|$(?![\s\S]))/gm),
  ].map(([, id, text]) => {
    const line = String(text).replace(/\s+/g, ' ');
    return [String(id), line.match(/^.*?[.](?= [A-Z]|$)/)?.[0] ?? line];
  });

const table = (rows: readonly (readonly [string, string])[]): string =>
  ['| id | stands for |', '|---|---|', ...rows.map(([id, words]) => `| ${id} | ${words} |`)].join('\n');

const page = {
  path: 'docs/reference/ids.md',
  render: (): string =>
    `${[
      INTRODUCTION,
      ...Object.entries(FAMILIES)
        .filter(([letters]) => letters !== 'V')
        .flatMap(([letters, { name, ids }]) => [`## ${letters}: ${name}`, table(Object.entries(ids))]),
      '## V: Findings in oidc-provider',
      table(findings()),
      '## D: Short decisions',
      table(decisions()),
    ].join('\n\n')}\n`,
};

export default page;
