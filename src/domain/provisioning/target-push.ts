import type { Agent } from '../clients/agents/agent.ts';
import type { Account } from '../identity/accounts/account.ts';
import type { Values } from '../identity/scim/values.ts';
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, type Found, upsert } from '../ports/document-store.ts';
import { agentResource, digestOf, isDesired, userNameAt, userResource } from './desired-resources.ts';
import {
  PROVISIONED_OBJECTS,
  type ProvisionedObject,
  type ProvisioningTarget,
  provisionedId,
  type TargetFailure,
  type Waiting,
} from './provisioning-target.ts';
import type { Remote, RemoteType, ScimClient } from './scim-client.ts';
import { isOfTarget, targetError, targetFailureOf } from './target-failures.ts';

/** Most owners of one agent that are named. */
export const MOST_OWNERS = 100;

export type PushOutcome =
  /** `isFirst`: the account is there from now on, so its agents can name it. */
  | { readonly is: 'pushed' | 'unchanged' | 'not_wanted'; readonly isFirst?: true }
  | { readonly is: 'refused'; readonly failure: TargetFailure };

export interface TargetPush {
  /**
   * Makes the target have an agent or account as it is now. Idempotent: a lost answer is found by `externalId`, and a resource
   * that is the same is not sent again unless it is forced. `isMine` is asked before a resource is written. A refusal
   * of the object is kept and returned. Throws a `targetError` when the target as a whole fails.
   */
  push(target: ProvisioningTarget, waiting: Waiting, isMine: () => boolean): Promise<PushOutcome>;
}

export type TargetPushDeps = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly client: ScimClient;
  readonly agents: { get(id: string): Found<Agent> };
  readonly accounts: { get(id: string): Found<Account> };
  /** Accounts behind an owner, which may be a group. */
  readonly accountsOf: (owner: string) => Promise<readonly string[]>;
};

type Push = { readonly target: ProvisioningTarget; readonly isMine: () => boolean; readonly isForced: boolean };

export const targetPush = (deps: TargetPushDeps): TargetPush => {
  const { documents, clock, client, agents, accounts } = deps;
  const objects = documents.collection<ProvisionedObject>(PROVISIONED_OBJECTS);

  const keptOf = async ({ id: target, url }: ProvisioningTarget, object: string) => {
    const kept = (await objects.get(provisionedId(target, object)))?.document;
    return kept?.url === url ? kept : undefined;
  };

  /** Replaces what is known of the object. */
  const keep = async (
    { id: target, url }: ProvisioningTarget,
    object: string,
    known: Pick<ProvisionedObject, 'remote' | 'etag' | 'digest' | 'isForeign' | 'refused'>,
  ): Promise<void> => {
    const id = provisionedId(target, object);
    const now = clock.now();
    await upsert(objects, id, (found) => ({
      ...{ id, target, object, url, ...known },
      ...{ createdAt: found?.createdAt ?? now, updatedAt: now },
    }));
  };

  /** Keeps the refusal of an object. Throws the failure of the target. */
  const attempt = async (
    target: ProvisioningTarget,
    object: string,
    work: () => Promise<PushOutcome>,
  ): Promise<PushOutcome> => {
    try {
      return await work();
    } catch (error) {
      const failed = targetFailureOf(error);
      if (!failed || isOfTarget(failed)) throw error;
      const { retryAfterSeconds: _, ...failure } = failed;
      const { remote, etag, isForeign } = (await keptOf(target, object)) ?? {};
      await keep(target, object, {
        ...(remote === undefined ? {} : { remote }),
        ...(etag === undefined ? {} : { etag }),
        ...(isForeign === undefined ? {} : { isForeign }),
        refused: { ...failure, at: clock.now() },
      });
      return { is: 'refused', failure };
    }
  };

  const remembered = ({ id, etag }: Remote, values: Values) => ({
    ...{ remote: id, digest: digestOf(values) },
    ...(etag === undefined ? {} : { etag }),
  });

  /** Before each write: this process may have waited so long that another one wrote what is newer. */
  const checkMine = ({ isMine }: Pick<Push, 'isMine'>): void => {
    if (!isMine()) throw targetError({ failure: 'lock_lost' });
  };

  /** Finds what an answer said that was lost, before anything is created. */
  const created = async ({ target, isMine }: Push, type: RemoteType, object: string, values: Values) => {
    const called = { target, type };
    const found = await client.find(called, 'externalId', object);
    if (found) return { remote: found, isNew: false };
    checkMine({ isMine });
    // Before it is there: if its answer is lost and it is no longer wanted, it is looked for.
    if (!(await keptOf(target, object))) await keep(target, object, {});
    const made = await client.create(called, values);
    const remote = made.id === '' ? await client.find(called, 'externalId', object) : made;
    if (!remote) throw targetError({ failure: 'answer_not_valid' });
    return { remote, isNew: true };
  };

  /** The resource with these values. Finds it anew where the remembered one is gone. */
  const write = async (push: Push, type: RemoteType, object: string, values: Values): Promise<PushOutcome> => {
    const { target, isForced } = push;
    const kept = await keptOf(target, object);
    if (kept?.remote !== undefined && kept.digest === digestOf(values) && !isForced) return { is: 'unchanged' };
    checkMine(push);
    if (kept?.remote !== undefined) {
      const at = { target, type, id: kept.remote, ...(isForced ? {} : { etag: kept.etag }) };
      const changed = await client.change(at, values);
      if (changed) {
        await keep(target, object, remembered(changed, values));
        return { is: 'pushed' };
      }
    }
    const { remote, isNew } = await created(push, type, object, values);
    if (isNew) {
      await keep(target, object, remembered(remote, values));
      return { is: 'pushed' };
    }
    checkMine(push);
    const changed = await client.change({ target, type, id: remote.id, etag: remote.etag }, values);
    await keep(target, object, remembered(changed ?? remote, values));
    return { is: 'pushed' };
  };

  /** A user of this name was there before: it is named as an owner, and never changed. */
  const foreignUser = async (target: ProvisioningTarget, account: Account): Promise<Remote | undefined> => {
    const userName = userNameAt(target, account);
    return userName === undefined ? undefined : client.find({ target, type: 'Users' }, 'userName', userName);
  };

  const pushUser = async (push: Push, account: Account): Promise<PushOutcome> => {
    const { target } = push;
    const values = userResource(target, account);
    if (!values) throw targetError({ failure: 'owner_missing' });
    const kept = await keptOf(target, account.id);
    const isKnown = kept?.remote !== undefined && kept.isForeign !== true;
    if (isKnown || (await client.find({ target, type: 'Users' }, 'externalId', account.id))) {
      return write(push, 'Users', account.id, values);
    }
    const foreign = await foreignUser(target, account);
    if (!foreign) return write(push, 'Users', account.id, values);
    await keep(target, account.id, { remote: foreign.id, isForeign: true });
    return { is: 'unchanged' };
  };

  const accountsOf = async (owner: string): Promise<readonly Account[]> => {
    const ids = await deps.accountsOf(owner);
    const found = await Promise.all(ids.slice(0, MOST_OWNERS).map((id) => accounts.get(id)));
    return found.flatMap((one) => (one && one.document.removedAt === undefined ? [one.document] : []));
  };

  /** Ids of the owners at the target. Those that are not there yet are created. */
  const ownersOf = async (push: Push, { owner }: Agent): Promise<readonly string[]> => {
    const ids: string[] = [];
    for (const account of await accountsOf(owner)) {
      if ((await keptOf(push.target, account.id))?.remote === undefined) {
        const outcome = await attempt(push.target, account.id, () => pushUser(push, account));
        if (outcome.is === 'refused') throw targetError({ ...outcome.failure, failure: 'owner_missing' });
      }
      const { remote } = (await keptOf(push.target, account.id)) ?? {};
      if (remote !== undefined) ids.push(remote);
    }
    return ids.sort();
  };

  /** The agent is retired here, or the target shall no longer have it. */
  const withdraw = async (
    { target, isForced, isMine }: Push,
    type: RemoteType,
    object: string,
  ): Promise<PushOutcome> => {
    const kept = await keptOf(target, object);
    if (kept?.isForeign || (!kept && !isForced)) return { is: 'not_wanted' };
    const remote = kept?.remote ?? (await client.find({ target, type }, 'externalId', object))?.id;
    if (remote === undefined) {
      await objects.take(provisionedId(target.id, object));
      return { is: 'not_wanted' };
    }
    checkMine({ isMine });
    const at = { target, type, id: remote };
    if (target.removal === 'delete') await client.remove(at);
    else await client.change(at, { active: false });
    await objects.take(provisionedId(target.id, object));
    return { is: 'pushed' };
  };

  const pushAgent = async (push: Push, id: string): Promise<PushOutcome> => {
    const agent = (await agents.get(id))?.document;
    if (!agent || !isDesired(push.target, agent)) return withdraw(push, 'Agents', id);
    return write(push, 'Agents', id, agentResource(push.target, agent, await ownersOf(push, agent)));
  };

  /** Accounts are there as owners only: one that was never pushed is none. */
  const pushAccount = async (push: Push, id: string): Promise<PushOutcome> => {
    const kept = await keptOf(push.target, id);
    if (!kept && !push.isForced) return { is: 'not_wanted' };
    const account = (await accounts.get(id))?.document;
    if (!account || account.removedAt !== undefined) return withdraw(push, 'Users', id);
    const outcome = await pushUser(push, account);
    return kept?.remote === undefined && outcome.is !== 'refused' ? { ...outcome, isFirst: true } : outcome;
  };

  return {
    push(target, { id, isForced = false }, isMine) {
      const push = { target, isMine, isForced };
      return attempt(target, id, () => (id.startsWith('agt_') ? pushAgent(push, id) : pushAccount(push, id)));
    },
  };
};
