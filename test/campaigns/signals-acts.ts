/** Acts of administrators in the campaign `signals`, each with the events that must follow from it. */
import type { Management } from '../support/management.ts';
import type { Answer } from '../support/oauth-calls.ts';
import type { CampaignRun } from './campaign.ts';
import type { Node } from './node-client.ts';
import type { Expected, Ledger, Place } from './signals-ledger.ts';

type Account = { readonly id: string; isDisabled: boolean; isBusy: boolean };
type Agent = { readonly id: string; readonly owner: string; isSuspended: boolean; isBusy: boolean };

export const ACCOUNTS = 20;
export const AGENTS = 6;
/** After so many acts an agent is retired or killed, and a new one takes its place. */
const LAST_EVERY = 12;

/** What the server answered; `unsent`: it was not there, so nothing happened; `cut`: nothing is known. */
export type Outcome = { readonly how: 'done' | 'unsent' | 'cut'; readonly answer?: Answer };

/** Sends a call to a node that may be killed. */
export const sent = async (call: () => Promise<Answer>): Promise<Outcome> => {
  try {
    const answer = await call();
    // The server answers 503 also when a write took too long: it may have happened.
    return { how: answer.status >= 500 ? 'cut' : 'done', answer };
  } catch (error) {
    return { how: (error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'unsent' : 'cut' };
  }
};

export type Acts = {
  /** One act at a node that chance picks. */
  one(): Promise<void>;
  /** The last act was answered that the server is too busy, as a slow store makes it. */
  isBusy(): boolean;
  /** Makes what is missing in the pools, as far as the nodes answer in time. */
  refill(): Promise<void>;
  /** Acts by kind; `cut` and `unsent` came to nothing that is known. */
  readonly counts: Record<string, number>;
};

type World = {
  readonly run: CampaignRun;
  readonly nodes: readonly Node[];
  readonly management: Management;
  readonly ledger: Ledger;
  placeOf(node: number): Place;
  newAgent(owner: string): Promise<string>;
  newAccount(): Promise<string>;
  readonly accounts: readonly string[];
  readonly agents: readonly { readonly id: string; readonly owner: string }[];
};

export const newActs = (world: World): Acts => {
  const { run, nodes, management, ledger, placeOf } = world;
  const { random } = run;
  const accounts: Account[] = world.accounts.map((id) => ({ id, isDisabled: false, isBusy: false }));
  const agents: Agent[] = world.agents.map((one) => ({ ...one, isSuspended: false, isBusy: false }));
  const counts: Record<string, number> = { cut: 0, unsent: 0 };
  let turn = 0;
  let isBusy = false;
  let isRefilling = false;

  const remove = <T>(from: T[], one: T): void => void from.splice(from.indexOf(one), 1);

  /** Does it, and writes down what follows. */
  const act = async (
    kind: string,
    path: string,
    events: readonly Expected[],
    { body = {}, method = 'POST', version }: { body?: object; method?: string; version?: string } = {},
  ): Promise<Outcome['how']> => {
    const node = random.integer(nodes.length);
    const place = placeOf(node);
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await management.accessToken()}`,
      ...(version === undefined ? {} : { 'if-match': version }),
    };
    const { how, answer } = await sent(() =>
      (nodes[node] as Node).send(`/api/v1${path}`, JSON.stringify(body), headers, method),
    );
    if (how === 'done' && answer && answer.status < 300) {
      counts[kind] = (counts[kind] ?? 0) + 1;
      ledger.done(events, placeOf(node) === place ? place : `${place} ended`);
      return 'done';
    }
    if (how === 'done' && answer) run.violation(`${kind}: ${answer.status} ${answer.text.slice(0, 200)}`);
    counts[how] = (counts[how] ?? 0) + 1;
    if (how === 'cut') ledger.inDoubt(events);
    isBusy = how === 'cut' && answer !== undefined;
    return how;
  };

  const rename = async (person: string): Promise<Outcome['how']> => {
    const read = await sent(async () => random.pick(nodes).read(`/accounts/${person}`, await management.accessToken()));
    const version = read.answer?.headers.get('etag');
    if (read.answer?.status !== 200 || typeof version !== 'string') return 'unsent';
    turn += 1;
    const events = [{ event: 'token-claims-change', person, isPersonal: true }] as const;
    return act('rename', `/accounts/${person}`, events, { method: 'PATCH', body: { name: `Ada ${turn}` }, version });
  };

  const ofAccount = async (account: Account): Promise<Outcome['how']> => {
    const { id: person } = account;
    const kind = random.pick(['turn', 'turn', 'sessions', 'rename'] as const);
    if (kind === 'sessions' && !account.isDisabled) {
      return act('end-sessions', `/accounts/${person}/end-sessions`, [{ event: 'session-revoked', person }]);
    }
    if (kind === 'rename' && !account.isDisabled) return rename(person);
    const events = account.isDisabled
      ? [{ event: 'account-enabled', person }]
      : [
          { event: 'account-disabled', person },
          { event: 'session-revoked', person },
        ];
    const verb = account.isDisabled ? 'enable' : 'disable';
    const how = await act(verb, `/accounts/${person}/${verb}`, events);
    if (how === 'done') account.isDisabled = !account.isDisabled;
    return how;
  };

  /** 'cut': it is never used again. */
  const ofAgent = async (agent: Agent): Promise<Outcome['how']> => {
    const { id, owner } = agent;
    const about = { agent: id, owner };
    turn += 1;
    if (turn % LAST_EVERY === 0) {
      const isKill = random.chance(0.5);
      const body = isKill ? { scope: 'agent', id, reason: 'campaign signals' } : {};
      const events = [{ event: isKill ? 'agent-killed' : 'agent-retired', ...about }];
      await act(isKill ? 'kill' : 'retire', isKill ? '/kills' : `/agents/${id}/retire`, events, { body });
      return 'cut';
    }
    const kind = agent.isSuspended ? 'resume' : 'suspend';
    const how = await act(kind, `/agents/${id}/${kind}`, [
      { event: agent.isSuspended ? 'agent-enabled' : 'agent-disabled', ...about },
    ]);
    if (how === 'done') agent.isSuspended = !agent.isSuspended;
    return how;
  };

  return {
    counts,
    isBusy: () => isBusy,

    async one() {
      const isAccount = random.chance(0.6);
      const free: readonly (Account | Agent)[] = (isAccount ? accounts : agents).filter(({ isBusy }) => !isBusy);
      if (free.length === 0) return;
      const item = random.pick(free);
      item.isBusy = true;
      const how = 'owner' in item ? await ofAgent(item) : await ofAccount(item);
      item.isBusy = false;
      if (how !== 'cut') return;
      if ('owner' in item) remove(agents, item);
      else remove(accounts, item);
    },

    async refill() {
      if (isRefilling) return;
      isRefilling = true;
      const [owner = ''] = world.agents.map((one) => one.owner);
      try {
        while (accounts.length < ACCOUNTS) {
          accounts.push({ id: await world.newAccount(), isDisabled: false, isBusy: false });
        }
        while (agents.length < AGENTS) {
          agents.push({ id: await world.newAgent(owner), owner, isSuspended: false, isBusy: false });
        }
      } catch {
        // A busy machine puts it off until the next round.
        counts['unsent'] = (counts['unsent'] ?? 0) + 1;
      }
      isRefilling = false;
    },
  };
};
