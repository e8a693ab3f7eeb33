/** `behalf accounts disable`: lists what ends with the account, and asks for confirmation. */
import { EXIT, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { findAccount } from '../named-owners.ts';
import { printable } from '../table.ts';

type Some = { readonly items: readonly Json[]; readonly more: boolean };

/** How many objects of a kind the list shows; `--json` shows all of them. */
const SHOWN = 20;

const countText = (count: number, more: boolean): string => `${more ? 'more than ' : ''}${count}`;

const linesOf = (title: string, { items, more }: Some, line: (item: Json) => string): readonly string[] => {
  if (items.length === 0) return [];
  const rest = items.length - SHOWN;
  return [
    `${title}: ${countText(items.length, more)}`,
    ...items.slice(0, SHOWN).map((item) => `  ${printable(line(item))}`),
    ...(rest > 0 || more ? [`  and ${countText(Math.max(0, rest), more)} others`] : []),
  ];
};

/** What ends, as text. */
const previewText = (name: string, ends: Json): string => {
  const of = (member: string): Some => ends[member] as Some;
  const sessions = ends['sessions'] as { readonly count: number; readonly more: boolean };
  const roles = ends['roles'] as readonly string[];
  const named = ({ id, name: called }: Json): string => `${String(id)}  ${String(called)}`;
  const held = (who: 'actor' | 'agent') => (item: Json) =>
    `${String(item['id'])}  ${String(item[who])} at ${String(item['resource'])}: ${(item['scope'] as string[]).join(' ')}`;
  const lines = [
    ...linesOf('Agents that become orphaned', of('agents'), named),
    ...linesOf('Groups without an active member', of('groups'), named),
    ...linesOf('Delegations that stop', of('delegations'), held('actor')),
    ...linesOf('Standing approvals that end', of('standing_approvals'), held('agent')),
    ...(sessions.count > 0 ? [`Sessions that end: ${countText(sessions.count, sessions.more)}`] : []),
    ...(roles.length > 0 ? [`Roles that stop: ${roles.map(printable).join(', ')}`] : []),
  ];
  return lines.length === 0
    ? `Disabling ${name} ends no session or standing approval, stops no delegation or role, and orphans no agent.\n`
    : `Disabling ${name} ends or stops this at once:\n${lines.map((line) => `  ${line}\n`).join('')}Enabling the account again brings back its roles and delegations only.\n`;
};

/** Whether the user confirms. Without `--yes` and without a terminal, prints the list and the command fails. */
const isAgreed = async (call: ManagementCall, name: string, ends: Json): Promise<boolean> => {
  const { terminal } = call;
  const text = previewText(name, ends);
  if (call.isSet('yes')) {
    if (!call.isSet('json')) terminal.err(text);
    return true;
  }
  if (terminal.ask) {
    terminal.err(text);
    const answer = (await terminal.ask(`Disable ${name}? [y/N] `)).trim().toLowerCase();
    return answer === 'y' || answer === 'yes';
  }
  call.print.object(ends, text);
  throw usageError('Nothing was changed.', 'Read what ends, then add --yes.');
};

/** `accounts disable ACCOUNT [--yes]` */
export const disableAccount = managementCommand({
  words: ['accounts', 'disable'],
  operands: ['ACCOUNT'],
  summary:
    'Disable an account. Its sessions and all tokens on its behalf end. The command lists what ends, and asks first.',
  role: 'administrator',
  options: { yes: { description: 'Do not ask. Required without a terminal.' } },
  notes:
    'Without --yes and without a terminal nothing changes. The command prints what would end (--json: the whole list), and the exit code is 2.',
  run: async (call) => {
    const id = await findAccount(call.api, call.operands[0]);
    const name = printable(call.operands[0] ?? '');
    const { body: ends } = await call.api.run('previewDisableAccount', { id });
    if (!(await isAgreed(call, name, ends))) {
      call.terminal.err('Nothing was changed.\n');
      return EXIT.failed;
    }
    const { body } = await call.api.run('disableAccount', { id });
    call.print.object(body, `${name} is disabled.\n`);
    return EXIT.done;
  },
});
