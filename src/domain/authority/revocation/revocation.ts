import { AGENTS, type Agent } from '../../clients/agents/agent.ts';
import { isDocumentId, siteOf } from '../../clients/clients/metadata-document.ts';
import { CLOCKS_APART_SECONDS, EPOCHS, type Epoch, keyEpoch, raiseEpoch } from '../../platform/epochs/epoch.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { KillEnd, Part, Revocation } from '../../ports/revocation.ts';
import { killKey } from '../../vocabulary/kill.ts';
import type { LatchedKills } from './kill.ts';
import { type HeldAgent, handsOver } from './ownership-check.ts';

/**
 * The one place that knows which kills and epochs a token, delegation or approval depends on. Reads the store for each
 * check, so that every process on the same store gives the same answer. Adds the kills that this process has latched.
 * Fails closed: a store that cannot be read throws StoreUnavailable.
 */
export const revocation = (deps: {
  readonly documents: DocumentStore;
  readonly latched?: LatchedKills;
}): Revocation => {
  const { latched } = deps;
  const epochs = deps.documents.collection<Epoch>(EPOCHS);
  const agents = deps.documents.collection<Agent>(AGENTS);
  const hands = handsOver(deps.documents);

  /** Agents among the parties. Reads those whose owner no part names. */
  const heldBy = (parts: readonly Part[]): ReadonlyMap<string, Held> | Promise<ReadonlyMap<string, Held>> => {
    let known: Map<string, Held> | undefined;
    let unknown: Set<string> | undefined;
    for (const { parties, owner } of parts) {
      for (const id of parties ?? []) {
        if (owner !== undefined) {
          known ??= new Map();
          known.set(id, { id, owner });
        } else if (id.startsWith('agt_')) {
          unknown ??= new Set();
          unknown.add(id);
        }
      }
    }
    return unknown ? withRead(known ?? new Map(), [...unknown]) : (known ?? NO_AGENTS);
  };

  const withRead = async (known: Map<string, Held>, ids: readonly string[]): Promise<ReadonlyMap<string, Held>> => {
    for (const { document } of await agents.getMany(ids)) known.set(document.id, document);
    return known;
  };

  /** Whether a latched kill ends one of the parts, apart from the kills of all for an administration. */
  const isLatched = (parts: readonly Part[], keys: readonly string[], isAdministration: boolean): boolean => {
    if (!latched) return false;
    for (const { delegation, token } of parts) {
      if (delegation !== undefined && latched.stands(killKey('delegation', delegation))) return true;
      if (token !== undefined && latched.stands(killKey('token', token))) return true;
    }
    for (const key of keys) if (latched.stands(key) && !(isAdministration && key === ALL)) return true;
    return false;
  };

  return {
    async ended(parts: readonly Part[], isAdministration = false): Promise<KillEnd | undefined> {
      const agentsOfParts = heldBy(parts);
      const held = agentsOfParts instanceof Promise ? await agentsOfParts : agentsOfParts;
      const keys: string[] = [];
      for (const part of parts) addKeys(keys, part, held);
      if (isLatched(parts, keys, isAdministration)) return 'killed';
      const found = await epochs.getMany(keys);
      // Nearly always there is none.
      const end = found.length === 0 ? undefined : endBy(found, parts, held, isAdministration);
      if (end) return end;
      if (!parts.some(isOfHands)) return undefined;
      return (await hands.others(parts, held)).includes(true) ? 'handed_over' : undefined;
    },

    inOtherHands: async (parts: readonly Part[]): Promise<readonly boolean[]> =>
      hands.others(parts, await heldBy(parts)),

    async handsFrom(agent: string): Promise<number> {
      const held = await heldBy([{ parties: [agent] }]);
      return (await hands.from([...held.values()])).get(agent) ?? 0;
    },

    heldSince: async (group: string): Promise<number> =>
      (await hands.heldGroups([group])).get(group) ?? Number.POSITIVE_INFINITY,

    async handOver(agent: string, from: string, now: number): Promise<void> {
      for (const { document } of await epochs.getMany([killKey('owner', from), killKey('account', from)])) {
        const { notBefore, kills = [] } = document;
        const end = kills.length > 0 ? Math.max(notBefore, now + 1) + CLOCKS_APART_SECONDS : notBefore;
        await raiseEpoch(epochs, killKey('agent', agent), end);
      }
    },
  };
};

type Held = HeldAgent;

/** Whether it can matter to the part that an agent has another owner now. */
const isOfHands = ({ ownership, consentedAt }: Part): boolean => ownership !== undefined || consentedAt !== undefined;

/** Why one of these epochs ends one of the parts. A kill of all does not end an administration. */
const endBy = (
  found: readonly { readonly document: Epoch }[],
  parts: readonly Part[],
  held: ReadonlyMap<string, Held>,
  isAdministration: boolean,
): KillEnd | undefined => {
  const isKill = ({ document: { id, kills = [] } }: { readonly document: Epoch }): boolean =>
    kills.length > 0 && !(isAdministration && id === ALL);
  if (found.some(isKill)) return 'killed';
  const isBefore = ({ document: { id, notBefore } }: { readonly document: Epoch }): boolean =>
    parts.some((part) => (part.since ?? Number.POSITIVE_INFINITY) < notBefore && addKeys([], part, held).includes(id));
  return found.some(isBefore) ? 'before_epoch' : undefined;
};

const NO_AGENTS: ReadonlyMap<string, Held> = new Map();

/**
 * Adds the keys of a part that are not there yet, and returns the list. Called many times in every request: there are few keys, and
 * sets and small lists would cost more than the check.
 */
const addKeys = (
  keys: string[],
  { subject, parties, key }: Part,
  held: ReadonlyMap<string, Held>,
): readonly string[] => {
  const add = (one: string): void => {
    if (!keys.includes(one)) keys.push(one);
  };
  add(ALL);
  if (subject !== undefined) add(killKey('account', subject));
  if (key !== undefined) add(keyEpoch(key));
  for (const id of parties ?? []) {
    if (!id.startsWith('agt_')) {
      add(killKey('client', id));
      if (isDocumentId(id)) add(killKey('client', siteOf(id)));
      continue;
    }
    add(killKey('agent', id));
    const owner = held.get(id)?.owner;
    if (owner === undefined) continue;
    add(killKey('owner', owner));
    add(killKey('account', owner));
  }
  return keys;
};

const ALL = killKey('all', 'all');
