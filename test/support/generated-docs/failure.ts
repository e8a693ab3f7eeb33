/** docs/reference/failure.md, out of the table that the tests assert. */
import {
  ENDPOINTS,
  type Endpoint,
  expectedOf,
  LOSSES,
  type Loss,
  type LossName,
} from '../../faults/fail-closed-table.ts';

const INTRODUCTION = `<!-- Generated from test/faults/fail-closed-table.ts by \`npm run generate\`. Do not edit. -->

# When something fails

For operators. After this you know how the server answers when a part of it fails.

What is not known is not granted: whoever asks is told to try again, with status 503 and \`Retry-After\`. Each cell of the
tables below is a test (\`test/integration/fail-closed.test.ts\`) over real servers that are killed, stopped and flushed, or
over stores that fail on purpose.

- An answer comes within 5 seconds, whatever is lost. One call to a store takes at most \`stores.deadlineMilliseconds\`.
- A failure is 503, never 500. At the authorization endpoint it is a page, or \`temporarily_unavailable\` at the client
  where the request was read already.
- A 503 uses up assertions and DPoP proofs, which whoever sends again makes anew. Codes, refresh tokens and device codes
  are as good as before, unless the answer got lost after the use was recorded: then the next use is told \`invalid_grant\`.
- \`/healthz\` stays 200: restarting Behalf heals no store. \`/readyz\` is 503 and names what is lost.
- When the store is back, so is Behalf, without a restart.`;

const REST = `## What else can be lost

| lost | what happens |
|---|---|
| the disk of SQLite is full | as a durable store that takes no writes, but kills and the audit log go on from a [reserve](../how-to/storage.md#when-the-volume-is-full); nothing is damaged, and it works again by itself when there is space |
| the disk of SQLite is full at start | it starts from the reserve; where that is used up it waits in [recovery mode](../how-to/storage.md#when-the-volume-is-full), and starts when there is space |
| the database file is damaged | the process does not start, and names \`behalf restore\` |
| the database file is older than the audit log's witness beside it | the process does not start: what was killed since would live again; \`behalf restore\` raises the epoch |
| one record is damaged, or of an unknown form | that one token, session, grant or object is invalid; the log names its collection; nothing else is affected |
| power, or \`kill -9\` | what was answered is there after the restart; what was not may be |
| the process was stopped for a while (SIGSTOP, a paused machine) | nothing is answered from memory: the next request reads the stores |
| signing keys | they are read at start and held in memory: without them the process does not start |
| the clocks of nodes agree no more | nodes more than 2 s apart are not ready, see [several nodes](../how-to/several-nodes.md) |

## Trying it

\`npm run campaign -- faults --trials 50 --seed 1\` breaks servers and stores at random under load, see
[campaigns](../how-to/campaigns.md).`;

const WORDS = { works: 'works', refused: 'refused', '503': '**503**' } as const;

const page = {
  path: 'docs/reference/failure.md',
  render: (): string => {
    const names = Object.keys(LOSSES) as LossName[];
    const sections = names.map((name) => {
      const { title, text, unready }: Loss = LOSSES[name];
      const groups = Map.groupBy(Object.keys(ENDPOINTS) as Endpoint[], (endpoint) => expectedOf(name, endpoint));
      const rows = (['works', 'refused', '503'] as const).flatMap((outcome) => {
        const endpoints = groups.get(outcome);
        return endpoints ? [`| ${WORDS[outcome]} | ${endpoints.map((each) => ENDPOINTS[each]).join('; ')} |`] : [];
      });
      const ready = unready === undefined ? [] : [`\`/readyz\` names \`${unready}\`.`];
      return [`### ${title}`, '', [text, ...ready].join(' '), '', '| | |', '|---|---|', ...rows].join('\n');
    });
    return `${[INTRODUCTION, '## Stores', ...sections, REST].join('\n\n')}\n`;
  },
};

export default page;
