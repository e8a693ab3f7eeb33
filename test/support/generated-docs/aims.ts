import { AIMS_FIELDS, AIMS_PROFILE, type AimsField } from '../../../src/domain/audit/aims-profile.ts';

const FIELDS = Object.keys(AIMS_FIELDS) as readonly AimsField[];

const section = ([type, row]: [string, (typeof AIMS_PROFILE)[keyof typeof AIMS_PROFILE]]): string =>
  [
    `## ${type}`,
    '',
    '| field | where |',
    '|---|---|',
    ...FIELDS.map((field) => {
      const cell = row[field];
      return `| ${AIMS_FIELDS[field]} | ${'not' in cell ? `none: ${cell.not}` : cell.members} |`;
    }),
  ].join('\n');

const page = {
  path: 'docs/reference/aims.md',
  render: (): string => `<!-- Generated from src/domain/audit/aims-profile.ts by \`npm run generate\`. Do not edit. -->

# Minimum audit fields of AIMS

For auditors. After this you know where each event about a token holds the fields that draft-ietf-wimse-aims asks for.

\`behalf audit check --profile aims FILE\` checks an export against this page. It names each event that lacks a field, and then exits
with 1. A type of event without a row does not compile, and a test issues, refuses, revokes and replays tokens and checks their events.

${Object.entries(AIMS_PROFILE).map(section).join('\n\n')}
`,
};

export default page;
