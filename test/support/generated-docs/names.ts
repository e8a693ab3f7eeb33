/** docs/reference/names.md: each concept with its names in collections, ids, API, command line, audit log and settings. */
import { CONCEPTS, type Concept } from '../concepts.ts';

const INTRODUCTION = `<!-- Generated from test/support/concepts.ts by \`npm run generate\`. Do not edit. -->

# Names

For readers of ids and users of the API, the command line or the audit log. After this you know which names belong to one concept.

| concept | collections | id | API | command | audit events | settings |
|---|---|---|---|---|---|---|`;

const named = (names: readonly string[] = [], around: (name: string) => string): string =>
  names.map((name) => `\`${around(name)}\``).join(', ');

const row = ({ name, means, collections, prefixes, paths, commands, events, settings }: Concept): string =>
  `| **${name}**: ${means} | ${[
    named(collections, (collection) => collection),
    named(prefixes, (prefix) => `${prefix}_`),
    named(paths, (path) => `/${path}`),
    named(commands, (command) => command),
    named(events, (family) => `${family}.`),
    named(settings, (setting) => setting),
  ].join(' | ')} |`;

const page = {
  path: 'docs/reference/names.md',
  render: (): string => `${INTRODUCTION}\n${CONCEPTS.map(row).join('\n')}\n`,
};

export default page;
