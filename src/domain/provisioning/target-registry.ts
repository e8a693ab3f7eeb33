/** The registry of provisioning targets. Owns PROVISIONING_TARGETS, and begins and ends the state of their delivery. */
import type { AuditLog } from '../audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../audit/audit-record.ts';
import { readHeads } from '../audit/checkpoints.ts';
import { cursorsAt } from '../audit/records-after.ts';
import type { MasterKey } from '../platform/crypto/master-key.ts';
import { checkText } from '../platform/display-names/display-text.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../platform/registries/registered-documents.ts';
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, everyDocument, tryInsert, update, type Versioned } from '../ports/document-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { TrustedFetch } from '../ports/trusted-fetch.ts';
import {
  MOST_CHOSEN,
  MOST_TARGETS,
  PROVISIONED_OBJECTS,
  PROVISIONING_STATES,
  PROVISIONING_TARGETS,
  type ProvisionedObject,
  type ProvisioningTarget,
  type TargetFailure,
  type TargetState,
  type Waiting,
} from './provisioning-target.ts';
import type { ScimClient } from './scim-client.ts';
import {
  type TargetCredentialInput,
  targetCredentials,
  targetSealedAnew,
  withoutCredentials,
} from './target-credentials.ts';
import { targetFailureOf } from './target-failures.ts';
import { backlogOf, withWaiting } from './target-queue.ts';
import { provisioningRefusal } from './target-refusals.ts';

/** Most refused objects that are shown. */
const MOST_REFUSED_SHOWN = 100;
/** Objects that are read to find them. */
const MOST_READ = 10_000;

type Settings = Pick<ProvisioningTarget, 'name' | 'url' | 'agents' | 'agentName' | 'userName' | 'removal'>;

export type NewProvisioningTarget = Pick<Settings, 'name' | 'url'> &
  Partial<Omit<Settings, 'name' | 'url'>> &
  TargetCredentialInput;
export type ProvisioningTargetChange = Partial<NewProvisioningTarget>;

/** The state of the delivery. */
export type TargetHealth = Pick<
  TargetState,
  'lastSuccessAt' | 'failingSince' | 'lastFailure' | 'lastFailureAt' | 'dueAt' | 'pushed' | 'lockedBy'
> & {
  /** Agents and accounts that wait to be pushed. */
  readonly waiting: number;
  /** Audit events that were not read for the target yet. */
  readonly backlog: number;
  readonly isSweeping: boolean;
};

export type RefusedObject = TargetFailure & { readonly object: string; readonly at: number };

export interface TargetRegistry {
  get(id: string): Promise<Versioned<ProvisioningTarget> | undefined>;
  list(query?: PageQuery): Promise<Page<ProvisioningTarget>>;
  /** Undefined for an unknown target. */
  health(id: string): Promise<TargetHealth | undefined>;
  /** Objects that the target refused, at most 100. */
  refused(id: string): Promise<readonly RefusedObject[]>;
  /** Creates an active target, which gets all chosen agents. Throws 'invalid_field', and 'conflict' when there are too many. */
  create(given: NewProvisioningTarget, by: By): Promise<Versioned<ProvisioningTarget>>;
  /**
   * Throws 'not_found', 'precondition_failed' and 'invalid_field'. Another URL is another system: it needs its token, and gets all
   * chosen agents. Other settings apply to all agents at once.
   */
  update(
    id: string,
    expected: number,
    change: ProvisioningTargetChange,
    by: By,
  ): Promise<Versioned<ProvisioningTarget>>;
  /** Sends nothing until it is resumed. Changes wait. Idempotent. */
  pause(id: string, by: By): Promise<Versioned<ProvisioningTarget>>;
  /** Pushes again, at once. Idempotent. */
  resume(id: string, by: By): Promise<Versioned<ProvisioningTarget>>;
  /** Reads the configuration of the target. Undefined: it answered. */
  test(id: string, by: By): Promise<TargetFailure | undefined>;
  /** Pushes these objects again, also where nothing changed. Throws 'not_found'. */
  repeat(id: string, objects: readonly string[], by: By): Promise<void>;
  /** Forgets the target. What it has stays there. */
  remove(id: string, by: By): Promise<void>;
  /** Reseals every token with the first master key. */
  sealAnew(): Promise<void>;
}

const DEFAULTS = {
  ...{ agents: ['*'], agentName: 'agentUserName', userName: 'username', removal: 'deactivate' },
} as const satisfies Omit<Settings, 'name' | 'url'>;
const CHOSEN = /^(?:acc|agt|grp)_[a-z2-7]{26}$/;

export const targetRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly checkUrl: TrustedFetch['check'];
  /** Our own issuer. */
  readonly issuer: string;
  readonly client: Pick<ScimClient, 'config'>;
}): TargetRegistry => {
  const { documents, audit, clock, identifiers, masterKey, checkUrl } = deps;
  const collection = documents.collection<ProvisioningTarget>(PROVISIONING_TARGETS);
  const states = documents.collection<TargetState>(PROVISIONING_STATES);
  const objects = documents.collection<ProvisionedObject>(PROVISIONED_OBJECTS);
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const documentsOf = registeredDocuments<ProvisioningTarget>({
    ...{ collection, kind: 'provisioning target', audit, clock },
  });

  const checkedUrl = (given: string): string => {
    const url = given.replace(/\/+$/, '');
    const reason = checkUrl(url, 'provisioningTargets') ?? (/[?#]/.test(url) ? 'url_not_allowed' : undefined);
    if (reason !== undefined) throw provisioningRefusal('target_url_refused', { field: '/url', params: { reason } });
    return url;
  };

  const checkAgents = (agents: readonly string[]): void => {
    const isAll = agents.length === 1 && agents[0] === '*';
    if (isAll || (agents.length <= MOST_CHOSEN && agents.every((one) => CHOSEN.test(one)))) return;
    throw provisioningRefusal('target_agents_malformed', { field: '/agents', params: { most: MOST_CHOSEN } });
  };

  const forget = async (target: string): Promise<void> => {
    for await (const { id } of everyDocument(objects, { where: { target }, limit: 1000 })) await objects.take(id);
  };

  /** From the present places in the log, and all agents once. */
  const begin = async (id: string): Promise<void> => {
    const state: TargetState = {
      id,
      cursors: cursorsAt(await readHeads(records)),
      waiting: [],
      sweep: {},
      failures: 0,
      pushed: 0,
    };
    if (await tryInsert(states, state)) return;
    await update(states, id, ({ dueAt: _, ...before }) => ({ ...before, sweep: {} }));
  };

  const about = (id: string, { caller, request, source }: By) => ({
    ...{ caller, target: { kind: 'provisioning target', id } },
    ...(request === undefined ? {} : { request }),
    ...(source === undefined ? {} : { personal: { source } }),
  });

  const switched = (id: string, state: ProvisioningTarget['state'], by: By) => {
    const type = state === 'active' ? 'provisioning_target.resumed' : 'provisioning_target.paused';
    return documentsOf.change(id, undefined, type, by, (target) => ({ ...target, state }));
  };

  return {
    get: (id) => collection.get(id),

    list: (query = {}) => documentsOf.list({}, query),

    async health(id) {
      const found = (await states.get(id))?.document;
      if (!found) return undefined;
      const { waiting, sweep } = found;
      const backlog = backlogOf(found, await readHeads(records));
      return { ...found, waiting: waiting.length, backlog, isSweeping: sweep !== undefined };
    },

    async refused(target) {
      const found: RefusedObject[] = [];
      let read = 0;
      for await (const { object, refused } of everyDocument(objects, { where: { target }, limit: 1000 })) {
        if (refused) found.push({ object, ...refused });
        read += 1;
        if (found.length === MOST_REFUSED_SHOWN || read === MOST_READ) break;
      }
      return found;
    },

    async create(given, by) {
      const { settings, credentials } = withoutCredentials(given);
      const chosen = { ...DEFAULTS, ...settings };
      checkText(chosen.name, '/name', 100);
      checkAgents(chosen.agents);
      const url = checkedUrl(chosen.url);
      if ((await collection.find({ limit: MOST_TARGETS })).length === MOST_TARGETS)
        throw provisioningRefusal('provisioning_targets_exceeded', { params: { most: MOST_TARGETS } });
      const id = identifiers.newId('ptg');
      const now = clock.now();
      const target: ProvisioningTarget = {
        ...{ ...chosen, id, url, ...targetCredentials(deps, { id, url }, credentials) },
        ...{ state: 'active', createdAt: now, updatedAt: now },
      };
      return documentsOf.insert(target, 'provisioning_target.created', by, () => begin(id));
    },

    async update(id, expected, given, by) {
      const { settings: change, credentials } = withoutCredentials(given);
      let isMoved = false;
      const updated = await documentsOf.change(id, expected, 'provisioning_target.updated', by, (target) => {
        const { sealed: _, tokenClient: __, ...kept } = target;
        const next = { ...kept, ...change, ...(change.url === undefined ? {} : { url: checkedUrl(change.url) }) };
        isMoved = next.url !== target.url;
        checkText(next.name, '/name', 100);
        checkAgents(next.agents);
        // Of the document that is replaced: one that was read before may have other credentials.
        return { ...next, ...targetCredentials(deps, next, credentials, target) };
      });
      // Its resources have other ids there. They are found by externalId if they are the same.
      if (isMoved) await forget(id);
      await begin(id);
      return updated;
    },

    async pause(id, by) {
      const paused = await switched(id, 'paused', by);
      // A target that is not tried does not fail.
      await update(states, id, ({ dueAt: _, failingSince: __, ...held }) => ({ ...held, failures: 0 }));
      return paused;
    },

    async resume(id, by) {
      const resumed = await switched(id, 'active', by);
      await update(states, id, ({ dueAt: _, ...held }) => held);
      return resumed;
    },

    async test(id, by) {
      const { document: target } = await documentsOf.found(id);
      let failed: TargetFailure | undefined;
      try {
        await deps.client.config(target);
      } catch (error) {
        failed = targetFailureOf(error);
        if (!failed) throw error;
      }
      await audit.append({
        ...{ type: 'provisioning_target.tested', outcome: failed ? 'refused' : 'done', ...about(id, by) },
        ...(failed ? { inputs: { reason: failed.failure } } : {}),
      });
      return failed;
    },

    async repeat(id, ids, by) {
      await documentsOf.found(id);
      await audit.append({
        ...{ type: 'provisioning_target.reconciled', outcome: 'done', ...about(id, by) },
        inputs: { objects: ids.length },
      });
      const forced: readonly Waiting[] = ids.map((one) => ({ id: one, isForced: true }));
      await update(states, id, ({ dueAt: _, ...held }) => ({ ...held, waiting: withWaiting(held.waiting, forced) }));
    },

    // The state and the objects first: without the target, no later call would remove them.
    remove: (id, by) =>
      documentsOf.remove(id, 'provisioning_target.removed', by, async () => {
        await states.take(id);
        await forget(id);
      }),

    async sealAnew() {
      for (const { document } of await collection.find({ limit: MOST_TARGETS })) {
        await update(collection, document.id, (target) => targetSealedAnew(masterKey, target));
      }
    },
  };
};
