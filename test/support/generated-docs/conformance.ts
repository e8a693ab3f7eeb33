/** docs/reference/conformance.md, out of the titles of all tests. */
import { FAMILIES } from '../requirements.ts';
import { type TestTitle, testTitles } from '../test-titles.ts';

const ID = /\b(?:[A-Z]{2}-\d{2}|V(?:[1-9]|1\d|2[0-2]))\b/g;
const CLAUSE =
  /\b(?:RFC \d{3,5}|OIDC (?:Core|Discovery|Registration)|OpenID Connect (?:Core|Discovery|Registration|RP-Initiated Logout)|AuthZEN)(?: §[\dA-Z.]+(?<!\.))?/g;

const INTRODUCTION = `<!-- Generated from the titles of the tests by \`npm run generate\`. Do not edit. -->

# What is tested

For reviewers. After this you know which test covers an id or a clause of a specification.

This page lists the title of every test that covers an id of the [threat model](../explanation/threat-model.md) or a clause of a
specification. Run one file with \`npm test -- FILE\`. \`%s\` stands for each case of a table.

- \`CA\` to \`LC\`: attacks and mistakes against authorization servers, in short deterministic tests. Long random tests are
  [campaigns](../how-to/campaigns.md).
- \`V1\` to \`V23\`: [findings in oidc-provider](../explanation/oidc-provider-findings.md).

[Ids](ids.md) says what each id stands for.`;

const page = {
  path: 'docs/reference/conformance.md',
  render: (): string => {
    const titles = testTitles();
    const byId = grouped(titles, ID);
    const clauses = grouped(titles, CLAUSE);
    const known = Object.values(FAMILIES).flatMap(({ ids }) => Object.keys(ids));
    const untested = known.filter((id) => !byId.has(id));
    const others = [...byId.keys()].filter((id) => !known.includes(id)).sort(byNumber);
    const familyOf = (id: string): string => id.replace(/-?\d+$/, '');
    const parts = [
      INTRODUCTION,
      untested.length === 0
        ? 'Every id of this version has a test.'
        : `No test yet: ${untested.map((id) => `${id}${wordsOf(id)}`).join(', ')}.`,
      ...Object.entries(FAMILIES).flatMap(([letters, { name, ids }]) => {
        const further = others.filter((id) => familyOf(id) === letters);
        const all = [...Object.keys(ids).filter((id) => byId.has(id)), ...further].sort(byNumber);
        return [`## ${name}`, ...all.map((id) => section(`${id}${wordsOf(id)}`, byId.get(id) ?? []))];
      }),
      '## Others',
      ...others
        .filter((id) => !Object.hasOwn(FAMILIES, familyOf(id)))
        .map((id) => section(`${id}${wordsOf(id)}`, byId.get(id) ?? [])),
      '## By specification',
      ...[...clauses.keys()].sort(byNumber).map((clause) => section(clause, clauses.get(clause) ?? [])),
    ];
    return `${parts.join('\n\n')}\n`;
  },
};

const wordsOf = (id: string): string => {
  const words = Object.values(FAMILIES).find(({ ids }) => ids[id])?.ids[id];
  return words ? ` ${words}` : '';
};

/** Tests by what their title, the groups around it or a case of their table names. */
const grouped = (titles: readonly TestTitle[], pattern: RegExp): ReadonlyMap<string, readonly TestTitle[]> => {
  const groups = new Map<string, TestTitle[]>();
  for (const one of titles) {
    const named = new Set([...one.groups, one.title, one.cases].join('\n').match(pattern) ?? []);
    for (const name of named) groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return groups;
};

const section = (heading: string, tests: readonly TestTitle[]): string => {
  const files = Map.groupBy(tests, ({ file }) => file);
  const lines = [...files].flatMap(([file, inFile]) => {
    const told = [...new Set(inFile.map(({ groups, title }) => [...groups, title].join(' › ')))];
    return [`- \`${file}\``, ...told.map((title) => `  - ${escaped(title)}`)];
  });
  return [`### ${heading}`, '', ...lines].join('\n');
};

/** As text: a title may hold anything. */
const escaped = (title: string): string => title.replace(/[\\`*_<>[\]|#]/g, '\\$&');

const byNumber = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

export default page;
