import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROFILES, type Profiled } from '../../bench/flames.ts';
import { PARTS, type ProfilePart } from '../../bench/profile-parts.ts';

const FILE = join(import.meta.dirname, '../../..', PROFILES);

type Profiles = {
  readonly date: string;
  readonly commit?: string;
  readonly machine: Record<string, unknown>;
  readonly cases: readonly Profiled[];
};

const ABOUT: Readonly<Record<ProfilePart, string>> = {
  'signatures and JOSE':
    'verifying the assertion, the proof and our own tokens, signing the token, and the JSON of these',
  'durable write':
    'the transaction that all waiting requests share: inserts, indexes, COMMIT. The sync itself runs on another thread',
  'store reads': 'reads of the database, and whether a cached one still holds',
  'audit event': 'the text of the event, its digest and its place in the chain',
  decision: 'all layers, policies included, and the facts that they need',
  'kills and liveness': 'whether a kill, a revocation or the end of something applies',
  'client authentication': 'finding the client and the credential that it presents, apart from the signature',
  digests:
    'SHA-256: of the event and its members, and keyed, of the names under which tokens, secrets and ids of assertions are stored',
  parsing: 'the form, and JSON of others that two parsers could read differently',
  'grant and token': 'our own handlers, the claims, and the steps between event, use and token',
  'oidc-provider': 'its client authentication, grants and models',
  HTTP: 'Node’s parser, sockets, streams and timers; the front guard; Koa where a request passes it',
  metrics: 'counters and durations of requests and stores',
  'garbage collection': 'on the main thread; its helpers are other threads',
  rest: 'the program itself, ticks and promises',
};

const table = (head: readonly string[], rows: readonly (readonly unknown[])[]): string =>
  [head, head.map((_, index) => (index === 0 ? '---' : '--:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

const partsTable = (cases: readonly Profiled[]): string =>
  table(
    ['µs of one request', ...cases.map((one) => one.case)],
    [
      ...PARTS.map((part) => [
        part,
        ...cases.map((one) => one.parts.find((each) => each.part === part)?.micros ?? '–'),
      ]),
      ['other threads', ...cases.map(({ micros, mainMicros }) => micros - mainMicros)],
      ['**all**', ...cases.map(({ micros }) => `**${micros}**`)],
      ['bare oidc-provider', ...cases.map(({ bareMicros }) => bareMicros)],
    ],
  );

const caseText = ({ case: name, flame, hottest }: Profiled): string =>
  [
    `### ${name}`,
    `![Flame graph of ${name}](../pictures/flames/${flame})`,
    table(
      ['function with the most time of its own', 'percent'],
      hottest.slice(0, 8).map(({ where, percent }) => [`\`${where}\``, percent]),
    ),
  ].join('\n\n');

const page = {
  path: 'docs/explanation/where-time-goes.md',
  render: (): string => {
    const profiles = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Profiles) : undefined;
    const cases = profiles?.cases ?? [];
    const { node = '', cores = '', processor = '' } = profiles?.machine ?? {};
    return `<!-- Generated from docs/results/profiles.json by \`npm run generate\`. Do not edit. -->

# Where the time of a request goes

For contributors who want a request to cost less, and reviewers. After this you know which part of the work takes how many microseconds.

${
  profiles
    ? `Measured ${profiles.date}, commit ${profiles.commit}, Node ${node}, ${cores} cores of an ${processor}, by \`npm run bench -- --flames\`
([all figures](../results/profiles.json)).`
    : 'No profile is recorded yet.'
} The CPU of a request comes from a window without a profiler. A profile of the next window divides
that of the main thread: its shares are reliable to a few percent, and absolute figures differ between machines and with other work on them. Read
[the ratios](../reference/speed-bounds.md) for what a request costs beside bare oidc-provider.

${cases.length > 0 ? partsTable(cases) : ''}

## What the parts are

| part | what belongs to it |
| --- | --- |
${PARTS.map((part) => `| ${part} | ${ABOUT[part]} |`).join('\n')}

*Other threads* are the sync of the log to disk, RSA signatures, and helpers of V8. A sample belongs to the part of the frame that is nearest to its leaf
and has one (\`test/bench/profile-parts.ts\`).

## What is as it is, and why

- **Signatures** are the floor: ES256 takes 17 µs to sign and 47 µs to verify on the machine of the first measurement. They run [on the event
  loop](decisions/0048-short-signatures-on-the-event-loop.md).
- **The durable write** is the price of [an event before each token](decisions/0009-audit-before-consume.md). Requests that wait share one transaction and one sync. What is left are
  the pages of the indexes: keys in the order of time fill pages, others touch one each.
- **Requests that arrive together** are read in one callback of the event loop (\`request-form.ts\`), and run the same code one after the other. With 32
  connections these are 15 or 16, and so are the events of one transaction: the others wait for its sync meanwhile.
- **Other threads** are V8 above all. Of client credentials by secret, the sync costs 15 to 20 µs there. The rest is half garbage collection and half compilation, which ends
  late: after 16,000 requests V8 still compiled. Of 2,300 compilations in one run, no function had more than eight. The server runs with the defaults of Node, as
  the bare one does. In one run on a loaded machine, a young generation of 4 MB cost twice as much on these threads (188 against 84 µs), and garbage collection by one thread
  saved nothing.
- **A refresh** writes most: the event, the mark of the used token, and its successor, in [one transaction](decisions/0055-one-transaction-for-a-grant.md).
- **oidc-provider** authenticates the client and runs its grants in [our own handlers](decisions/0049-own-handlers-in-front.md), too. Its routes and Koa take no part there.
- **A workload token** is verified once, so that its later uses cost the signature of our own token only. What remains of its authentication is an assertion in the name of the agent, which oidc-provider checks as it checks one
  of the agent's own.

## Flame graphs

Callers are above what they call. The colour is the part of the work. Open a picture alone, and hold the pointer over a frame for its file and share.

${cases.map(caseText).join('\n\n')}
`;
  },
};

export default page;
