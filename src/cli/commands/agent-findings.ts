/** `behalf agents findings`: what needs attention, most urgent first. */
import { EXIT } from '../command.ts';
import type { Json } from '../management-client.ts';
import { managementCommand } from '../management-command.ts';
import { type Column, idsIn, table } from '../table.ts';

type AgentFindings = {
  readonly kind: string;
  readonly more: boolean;
  readonly agents: readonly Json[];
  readonly clients: readonly Json[];
};

const COLUMNS: readonly Column<Json>[] = [
  { title: 'FINDING', value: ({ kind }) => kind },
  { title: 'ID', value: ({ id }) => id },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'OWNER', value: ({ owner }) => owner, as: 'name' },
  { title: 'OFFERED TO', value: ({ transfer_to }) => transfer_to, as: 'name' },
  { title: 'UNTIL', value: ({ at }) => at, as: 'time' },
  { title: 'LAST USE', value: ({ last_used_at }) => last_used_at, as: 'time' },
  { title: 'NAME', value: ({ name }) => name },
];

export const findings = managementCommand({
  words: ['agents', 'findings'],
  operands: [],
  summary: 'List findings about agents and clients, most urgent first.',
  role: 'operator',
  options: { limit: { value: 'N', description: 'Show at most N agents of each kind. Default 50.' } },
  notes:
    'Kinds: orphaned (no owner), secrets (allowed a secret), expiring (end within 30 days), stopped (active, but blocked), pending (not accepted), unused (no token for 30 days), exceptions (clients for which rules are lifted).',
  run: async (call) => {
    const limit = call.integer('limit', 1, 200)?.toString();
    const { body } = await call.api.run('listFindings', { query: { limit } });
    const found = body['items'] as readonly AgentFindings[];
    const rows = found.flatMap(({ kind, agents, clients }) => [
      ...agents.map(({ agent, at }) => ({ ...(agent as Json), kind, at })),
      ...clients.map(({ client, exceptions }) => ({
        ...(client as Json),
        kind: `${kind}: ${exceptions}`,
        at: undefined,
      })),
    ]);
    const text = rows.length === 0 ? '' : table(COLUMNS, rows, await call.print.look(idsIn(COLUMNS, rows)));
    call.print.object(body, text);
    if (!call.isSet('json')) {
      if (rows.length === 0) call.terminal.err('Nothing needs you.\n');
      for (const { kind } of found.filter(({ more }) => more)) call.terminal.err(`There are more: ${kind}.\n`);
      if (body['complete'] === false) {
        call.terminal.err(`Ends and stops were looked for among the newest ${body['looked_at']} agents.\n`);
      }
    }
    return EXIT.done;
  },
});
