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

For operators. After this you know how the server answers when a part fails.

The server fails closed: it grants nothing on unknown state. It asks the caller to try again, with status 503 and \`Retry-After\`.
Each cell of the tables below is a test (\`test/processes/fail-closed.test.ts\`). The tests kill, stop and flush real
stores, or use stores that fail on purpose.

- The server answers within 5 seconds in every failure. One call to a store takes at most \`stores.deadlineMilliseconds\`.
- The server answers a failure with 503, never 500. The authorization endpoint shows a page. If it has read the request already, the
  client receives \`temporarily_unavailable\`.
- A 503 uses up assertions and DPoP proofs; a client that tries again creates new ones. Codes, refresh tokens and device codes
  stay valid, unless the answer was lost after the server recorded the use. Then the next use receives \`invalid_grant\`.
- \`/healthz\` stays 200: a restart of Behalf repairs no store. \`/readyz\` answers 503 and names what is lost.
- When the store is back, Behalf works again without a restart.`;

const REST = `## Other failures

| failure | effect |
|---|---|
| the disk of SQLite is full | As a durable store that accepts no writes, but kills and the audit log continue from a [reserve](../how-to/storage.md#when-the-volume-is-full). Nothing is damaged. The server works again by itself when there is space. |
| the disk of SQLite is full at start | The server starts from the reserve. If that is used up, it waits in [recovery mode](../how-to/storage.md#when-the-volume-is-full) and starts when there is space. |
| the database file is damaged | The process does not start, and names \`behalf restore\`. |
| the database file is older than the audit log’s trusted heads beside it | The process does not start: otherwise what was killed since would be active again. \`behalf restore\` raises the epoch. |
| one record is damaged, or of an unknown form | That one token, session, grant or object is invalid. The log names its collection. Nothing else is affected. |
| power fails, or \`kill -9\` | Changes that the server confirmed are there after the restart. Changes that it did not confirm may be there. |
| the process was stopped for a while (SIGSTOP, a paused machine) | The server answers nothing from memory: the next request reads the stores. |
| the signing keys cannot be read | The process reads them at start and keeps them in memory. Without them it does not start. |
| the clocks of nodes differ | Nodes more than 2 s apart are not ready, see [several nodes](../how-to/several-nodes.md). |

## Try it

\`npm run campaign -- faults --trials 50 --seed 1\` breaks servers and stores at random under load. See
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
