/** docs/reference/controls.md, out of test/support/controls.ts. Throws for an id without a test. */
import { CATALOGUES, type Catalogue, type Control } from '../controls.ts';
import { FAMILIES } from '../requirements.ts';
import { testTitles } from '../test-titles.ts';

const INTRODUCTION = `<!-- Generated from test/support/controls.ts by \`npm run generate\`. Do not edit. -->

# Controls: tests and evidence

For auditors. After this you know what this server does for a control of OWASP, NIST, ISO or SOC 2, which tests show it, and which audit
events are evidence in your installation.

A control also asks for things outside of this server. The page lists only its part, and no control that the server does nothing for.
[What is tested](conformance.md) has the tests of each id, [audit events](audit-events.md) each event. To collect evidence:
\`behalf audit list --type TYPE\`, and \`behalf audit export\` for a file that verifies offline.`;

const WORDS = new Map(Object.values(FAMILIES).flatMap(({ ids }) => Object.entries(ids)));

const rowOf = ({ id, name, does, tests, events, pages }: Control): string =>
  `| ${[
    `**${id}** ${name}`,
    does,
    tests.map((test) => `${test}: ${WORDS.get(test)}`).join('; '),
    events.map((event) => `\`${event}\``).join(', '),
    pages.map((page) => `[${page.replace(/^.*?\//, '').replace('/README', '')}](../${page}.md)`).join(', '),
  ].join(' | ')} |`;

const sectionOf = ({ name, controls }: Catalogue): string =>
  [
    `## ${name}`,
    '',
    '| control | what the server does | tests | audit events | pages |',
    '|---|---|---|---|---|',
    ...controls.map(rowOf),
  ].join('\n');

const page = {
  path: 'docs/reference/controls.md',
  render: (): string => {
    const titles = testTitles().map(({ groups, title, cases }) => [...groups, title, cases].join(' '));
    const untested = CATALOGUES.flatMap(({ controls }) => controls)
      .flatMap(({ tests }) => tests)
      .filter((id) => !WORDS.has(id) || !titles.some((title) => title.includes(id)));
    if (untested.length > 0) throw new Error(`controls name ids without a test: ${[...new Set(untested)].join(', ')}`);
    return `${[INTRODUCTION, ...CATALOGUES.map(sectionOf)].join('\n\n')}\n`;
  },
};

export default page;
