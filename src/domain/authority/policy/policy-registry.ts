import { createHash } from 'node:crypto';
import type { AuditEventType, AuditLog } from '../../audit/audit-event.ts';
import { checkText } from '../../platform/display-names/display-text.ts';
import type { By, Page, PageQuery } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, LOST, retryLost, tryInsert, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import {
  type PolicyAnnotation,
  type PolicyCheck,
  type PolicyEngine,
  type PolicyFinding,
  policiesRefused,
  type TakenBefore,
} from '../../ports/policy-engine.ts';
import type { DomainError } from '../../vocabulary/errors.ts';
import { policyRefusal } from './policy-refusals.ts';
import {
  ACTIVE,
  ACTIVE_POLICY,
  type ActivePolicy,
  POLICY_SETS,
  type PolicySet,
  type PolicySetState,
  stateOf,
} from './policy-set.ts';

export type NewPolicySet = { readonly text: string; readonly note?: string };

/** `replaces` is present only on the active set. */
export type ShownPolicySet = PolicySet & {
  readonly state: PolicySetState;
  readonly replaces?: number;
  readonly activatedAt?: number;
  readonly activatedBy?: string;
};

/** A stored set, with the warnings of its check. */
export type Written = Versioned<ShownPolicySet> & { readonly warnings: readonly PolicyFinding[] };

/** Maximum number of sets that a list holds in memory, since texts may be long. */
const TEXTS_AT_ONCE = 20;

/** An action that a set permits to no principal, with the consequence. */
export type PolicyGap = { readonly version: number; readonly message: string } & Required<
  Pick<PolicyFinding, 'action'>
>;

/** The registry of policy sets. Knows which one is active. */
export interface PolicyRegistry {
  /** The schema of the policy language, as text. */
  readonly schema: string;
  /** The text of the starter set. */
  readonly starter: string;
  /** The annotations that a policy may have. */
  readonly annotations: readonly PolicyAnnotation[];
  /** Checks a text. Stores nothing. `before`: the set to compare it with. */
  check(text: string, before?: TakenBefore): Promise<PolicyCheck>;
  /** Creates a draft. Throws 'invalid_field'. */
  create(draft: NewPolicySet, by: By): Promise<Written>;
  /**
   * Makes a set the active one, at once for all decisions of all nodes. Also reactivates an archived set. One of
   * several concurrent callers succeeds. Throws:
   * - 'not_found';
   * - 'precondition_failed' unless `expected` is the stored version of the set;
   * - 'invalid_field' when the text is no longer valid;
   * - 'conflict' when `replaces` is given and is not the number of the active set, or another set was activated in the
   *   meantime.
   */
  activate(
    id: string,
    seen: { readonly expected?: number | undefined; readonly replaces?: number | undefined },
    by: By,
  ): Promise<Versioned<ShownPolicySet>>;
  /** By id, by version number, or `active`. */
  get(name: string): Promise<Versioned<ShownPolicySet> | undefined>;
  /**
   * Actions that the active set permits to no principal, each with the consequence; empty where no set is active. A set
   * from before an action existed has no gap for that action. Computed once for each set, since the text of an active
   * set cannot change.
   */
  gaps(): Promise<readonly PolicyGap[]>;
  /** Newest first, without their texts. */
  list(query?: PageQuery): Promise<Page<Omit<ShownPolicySet, 'text'>>>;
  /**
   * Rewrites a draft; omitted members stay. Throws 'not_found', 'precondition_failed', 'invalid_field', and 'conflict'
   * when the set is no longer a draft.
   */
  rewrite(id: string, expected: number, change: Partial<NewPolicySet>, by: By): Promise<Written>;
  /** Activates the starter set where no set is active yet. Called at each start, by one process at a time. */
  ensureStarter(by: By): Promise<void>;
}

export const policyRegistry = (dependencies: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  readonly engine: PolicyEngine;
}): PolicyRegistry => {
  const { documents, clock, identifiers, audit, engine } = dependencies;
  const sets = documents.collection<PolicySet>(POLICY_SETS);
  const pointers = documents.collection<ActivePolicy>(ACTIVE_POLICY);

  let knownGaps: { readonly set: string; readonly gaps: readonly PolicyGap[] } | undefined;

  const pointer = async (): Promise<Versioned<ActivePolicy> | undefined> => pointers.get(ACTIVE);

  const shown = (
    { document, version }: Versioned<PolicySet>,
    active: ActivePolicy | undefined,
  ): Versioned<ShownPolicySet> => {
    const state = stateOf(document, active);
    if (state !== 'active' || !active) return { document: { ...document, state }, version };
    const { replaces, activatedAt, activatedBy } = active;
    const since = { activatedAt, activatedBy, ...(replaces === undefined ? {} : { replaces }) };
    return { document: { ...document, state, ...since }, version };
  };

  const found = async (id: string): Promise<Versioned<PolicySet>> => {
    const set = await sets.get(id);
    if (!set) throw policyRefusal('policy_set_not_found');
    return set;
  };

  /** Checks a text and returns its warnings. Throws 'invalid_field' naming the line of the first error. */
  const checked = async (
    text: string,
    note: string | undefined,
    before: TakenBefore = {},
  ): Promise<readonly PolicyFinding[]> => {
    if (note !== undefined) checkText(note, '/note', 200);
    const { findings } = await engine.check(text, before);
    if (findings.some(({ severity }) => severity === 'error')) throw policiesRefused(findings);
    return findings;
  };

  const record = (type: AuditEventType, { id, version, digest }: PolicySet, by: By, inputs: object = {}) =>
    audit.append({
      type,
      outcome: 'done',
      caller: by.caller,
      target: { kind: 'policy set', id },
      inputs: { version, digest, ...inputs },
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
    });

  const newestVersion = async (): Promise<number> => {
    const [newest] = await sets.find({ order: { by: 'version', direction: 'descending' }, limit: 1 });
    return newest?.document.version ?? 0;
  };

  const create = async ({ text, note }: NewPolicySet, by: By): Promise<Written> => {
    const warnings = await checked(text, note);
    const now = clock.now();
    const id = identifiers.newId('pol');
    const words = { text, digest: digestOf(text), ...(note === undefined ? {} : { note }) };
    const draft = { id, ...words, createdBy: by.caller, createdAt: now, updatedAt: now };
    let recorded = false;
    return retryLost('a policy set: too many are being drafted at once', async () => {
      const document: PolicySet = { ...draft, version: (await newestVersion()) + 1 };
      if (!recorded) await record('policy.drafted', document, by);
      recorded = true;
      // LOST: a concurrent request drafted this version.
      if (!(await tryInsert(sets, document))) return LOST;
      return { document: { ...document, state: 'draft' }, version: 1, warnings };
    });
  };

  const activate = async (
    id: string,
    { expected, replaces }: { readonly expected?: number | undefined; readonly replaces?: number | undefined },
    by: By,
  ): Promise<Versioned<ShownPolicySet>> => {
    const before = await pointer();
    const { document, version } = await found(id);
    if (expected !== undefined && version !== expected) throw stale();
    if (replaces !== undefined && replaces !== before?.document.version) throw overtaken();
    if (before?.document.set === id) return shown({ document, version }, before.document);
    // The schema may have changed since the text was written. A set that was active can always be activated again.
    const wasTaken = document.frozenAt !== undefined;
    await checked(document.text, undefined, { wasTaken, isAwaited: wasTaken });
    const old = before && (await sets.get(before.document.set))?.document;
    await record('policy.activated', document, by, before ? { replaces: before.document.version } : {});
    if (old) await record('policy.archived', old, by, { replacedBy: document.version });
    // Freezes the text first, so that an active text can never change.
    const now = clock.now();
    let frozen = { document, version };
    if (document.frozenAt === undefined) {
      frozen = { document: { ...document, frozenAt: now, updatedAt: now }, version: version + 1 };
      if (!(await sets.replace(frozen.document, version))) throw stale();
    }
    const next: ActivePolicy = {
      id: ACTIVE,
      set: id,
      version: document.version,
      ...(before ? { replaces: before.document.version } : {}),
      activatedAt: now,
      activatedBy: by.caller,
    };
    if (!(await moved(next, before?.version))) throw overtaken();
    return shown(frozen, next);
  };

  const moved = (next: ActivePolicy, expected: number | undefined): Promise<boolean> =>
    expected === undefined ? tryInsert(pointers, next) : pointers.replace(next, expected);

  return {
    schema: engine.schema,
    starter: engine.starter,
    annotations: engine.annotations,
    check: engine.check,
    create,
    activate,

    async get(name): Promise<Versioned<ShownPolicySet> | undefined> {
      const active = (await pointer())?.document;
      if (/^[1-9]\d{0,8}$/.test(name)) {
        const [one] = await sets.find({ where: { version: Number(name) }, limit: 1 });
        return one && shown(one, active);
      }
      const id = name === ACTIVE ? active?.set : name;
      const one = id === undefined ? undefined : await sets.get(id);
      return one && shown(one, active);
    },

    async gaps(): Promise<readonly PolicyGap[]> {
      const active = (await pointer())?.document;
      if (!active) return [];
      if (knownGaps?.set === active.set) return knownGaps.gaps;
      const set = (await sets.get(active.set))?.document;
      if (!set) return [];
      const { version } = set;
      const { findings } = await engine.check(set.text, { wasTaken: true, isAwaited: true });
      const gaps = findings.flatMap(({ action, message }) =>
        action === undefined ? [] : { version, action, message },
      );
      knownGaps = { set: active.set, gaps };
      return gaps;
    },

    async list({ after, limit = 50 } = {}): Promise<Page<Omit<ShownPolicySet, 'text'>>> {
      const active = (await pointer())?.document;
      const items: Versioned<Omit<ShownPolicySet, 'text'>>[] = [];
      for (let place = after; ; ) {
        const order = { by: 'version', direction: 'descending' } as const;
        const some = await sets.find({ order, limit: TEXTS_AT_ONCE, ...(place ? { after: place } : {}) });
        for (const one of some) {
          if (items.length === limit && place) return { items, next: place };
          const { document, version } = shown(one, active);
          const { text: _, ...entry } = document;
          items.push({ document: entry, version });
          place = { value: entry.version, id: entry.id };
        }
        if (some.length < TEXTS_AT_ONCE) return { items };
      }
    },

    async rewrite(id, expected, change, by): Promise<Written> {
      const { document, version } = await found(id);
      if (version !== expected) throw stale();
      if (document.frozenAt !== undefined) {
        throw policyRefusal('policy_set_fixed');
      }
      const { text, note } = { ...document, ...change };
      const warnings = await checked(text, note);
      const words = { text, digest: digestOf(text), ...(note === undefined ? {} : { note }) };
      const next: PolicySet = { ...document, ...words, updatedAt: clock.now() };
      await record('policy.drafted', next, by);
      if (!(await sets.replace(next, version))) throw stale();
      return { document: { ...next, state: 'draft' }, version: version + 1, warnings };
    },

    async ensureStarter(by): Promise<void> {
      if (await pointer()) return;
      // An interrupted first start left this set.
      const [first] = await sets.find({ where: { version: 1 }, limit: 1 });
      const isOurs = first?.document.createdBy === by.caller && first.document.text === engine.starter;
      const { document } = isOurs ? first : await create({ text: engine.starter, note: 'Starter set' }, by);
      await activate(document.id, {}, by);
    },
  };
};

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const stale = (): DomainError => policyRefusal('policy_set_changed');

const overtaken = (): DomainError => policyRefusal('policy_activated_meanwhile');
