/** `behalf accounts disable`: lists what ends with one account or several, and asks for confirmation. */
import { isAgreed, YES } from '../agreement.ts';
import { EXIT } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { findAccount } from '../named-owners.ts';
import { actOnEach, type Outcome, type Target, targetsNamed } from '../several.ts';
import { printable } from '../table.ts';

type Count = { readonly count: number; readonly more: boolean };
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

/** Agents without an owner and groups without a member, once the accounts are disabled. */
const leftLines = (ends: Json): readonly string[] => {
  const named = ({ id, name }: Json): string => `${String(id)}  ${String(name)}`;
  return [
    ...linesOf('Agents that become orphaned', ends['agents'] as Some, named),
    ...linesOf('Groups without an active member', ends['groups'] as Some, named),
  ];
};

const ENABLING = 'Enabling an account again brings back its roles and delegations only.';

/** What ends with one account, as text. */
const previewText = (name: string, ends: Json): string => {
  const of = (member: string): Some => ends[member] as Some;
  const sessions = ends['sessions'] as Count;
  const roles = ends['roles'] as readonly string[];
  const held = (who: 'actor' | 'agent') => (item: Json) =>
    `${String(item['id'])}  ${String(item[who])} at ${String(item['resource'])}: ${(item['scope'] as string[]).join(' ')}`;
  const lines = [
    ...leftLines(ends),
    ...linesOf('Delegations that stop', of('delegations'), held('actor')),
    ...linesOf('Standing approvals that end', of('standing_approvals'), held('agent')),
    ...(sessions.count > 0 ? [`Sessions that end: ${countText(sessions.count, sessions.more)}`] : []),
    ...(roles.length > 0 ? [`Roles that stop: ${roles.map(printable).join(', ')}`] : []),
  ];
  return lines.length === 0
    ? `Disabling ${name} ends no session or standing approval, stops no delegation or role, and orphans no agent.\n`
    : `Disabling ${name} ends or stops this at once:\n${lines.map((line) => `  ${line}\n`).join('')}${ENABLING}\n`;
};

/** One account of several, as the API forecasts it. */
type Forecast = {
  readonly account: string;
  readonly outcome: 'disables' | 'unchanged' | 'refused';
  readonly reason?: keyof typeof OBSTACLES;
  readonly roles: readonly string[];
  readonly sessions: Count;
  readonly delegations: Count;
  readonly standing_approvals: Count;
};

const OBSTACLES = {
  not_found: 'there is no such account',
  last_administrator: 'the last active administrator cannot be disabled',
  administrator_only: 'only an administrator disables an administrator',
} as const;

const someText = ({ count, more }: Count, [one, several]: readonly [string, string]): string | undefined =>
  count === 0 ? undefined : `${countText(count, more)} ${count === 1 && !more ? one : several}`;

const forecastText = ({ outcome, reason, ...ends }: Forecast): string => {
  if (outcome === 'unchanged') return 'unchanged: it is disabled already';
  if (outcome === 'refused') return `not possible: ${reason === undefined ? 'refused' : OBSTACLES[reason]}`;
  const ending = [
    someText(ends.sessions, ['session', 'sessions']),
    someText(ends.delegations, ['delegation', 'delegations']),
    someText(ends.standing_approvals, ['standing approval', 'standing approvals']),
    ends.roles.length === 0 ? undefined : `the role ${ends.roles.map(printable).join(', ')}`,
  ].filter((text) => text !== undefined);
  return ending.length === 0 ? 'ends the sign-in only' : `ends or stops ${ending.join(', ')}`;
};

/** What ends with several accounts, as text: each with its own, then what they leave together. */
const severalText = (forecasts: readonly (Forecast & Target)[], ends: Json): string => {
  const width = Math.max(...forecasts.map(({ name }) => printable(name).length));
  const lines = [
    ...forecasts.map((one) => `${printable(one.name).padEnd(width)}  ${forecastText(one)}`),
    ...leftLines(ends),
  ];
  return `${lines.map((line) => `  ${line}\n`).join('')}${ENABLING}\n`;
};

/** What becomes of an account that the command does not disable. */
const outcomeOf = ({ account: id, outcome, reason }: Forecast): Outcome =>
  outcome === 'unchanged'
    ? { id, outcome }
    : { id, outcome: 'refused', error: reason === undefined ? 'refused' : OBSTACLES[reason] };

/** Disables those of the accounts that can be. The exit code says whether all of them are disabled afterwards. */
const disableSeveral = async (call: ManagementCall, targets: readonly Target[]): Promise<number> => {
  const { body } = await call.api.run('previewDisableAccounts', { body: { accounts: targets.map(({ id }) => id) } });
  const forecasts = (body['accounts'] as readonly Forecast[]).map((one, index) => ({
    ...{ id: one.account, name: one.account },
    ...targets[index],
    ...one,
  }));
  const preview = severalText(forecasts, body);
  const staying = forecasts.filter(({ outcome }) => outcome !== 'disables').map(outcomeOf);
  const changing = targets.length - staying.length;
  if (changing === 0) {
    call.print.object(call.isSet('yes') ? staying : body, preview);
    call.terminal.err('Nothing was changed.\n');
    return staying.some(({ outcome }) => outcome === 'refused') ? EXIT.failed : EXIT.done;
  }
  const question = `Disable ${changing === 1 ? '1 account' : `${changing} accounts`}?`;
  if (!(await isAgreed(call, { preview, json: body, question }))) return EXIT.failed;
  return disabled(call, targets, new Map(staying.map((one) => [one.id, one])));
};

const disabled = (
  call: ManagementCall,
  targets: readonly Target[],
  known: ReadonlyMap<string, Outcome> = new Map(),
): Promise<number> =>
  actOnEach(call, targets, {
    act: async (id) => (await call.api.run('disableAccount', { id })).body,
    ...{ done: 'disabled', known },
  });

/** `accounts disable ACCOUNT... [--yes]` */
export const disableAccount = managementCommand({
  words: ['accounts', 'disable'],
  operands: ['ACCOUNT...'],
  summary:
    'Disable accounts. Their sessions and all tokens on their behalf end. The command lists what ends, and asks first.',
  role: 'administrator',
  options: YES,
  notes:
    'Without --yes and without a terminal nothing changes. The command prints what would end (--json: the whole list), and the exit code is 2. Of several accounts, one that cannot be disabled does not keep the others from it: the exit code is then 1.',
  run: async (call) => {
    const targets = await targetsNamed(call, (given) => findAccount(call.api, given));
    const [only, ...others] = targets;
    if (!only || others.length > 0) return disableSeveral(call, targets);
    const { body: ends } = await call.api.run('previewDisableAccount', { id: only.id });
    const name = printable(only.name);
    const asked = { preview: previewText(name, ends), json: ends, question: `Disable ${name}?` };
    return (await isAgreed(call, asked)) ? disabled(call, targets) : EXIT.failed;
  },
});
