import type { AuditLog } from '../../audit/audit-event.ts';
import { checkName } from '../../platform/display-names/display-text.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, everyDocument, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { Environment } from '../../vocabulary/environment.ts';
import { responseRefusal } from './response-refusals.ts';
import {
  definitionDigest,
  isRestricting,
  MOST_RULES,
  RESPONSE_RULES,
  type ResponseRule,
  type RuleReplay,
} from './response-rule.ts';

export type NewResponseRule = Pick<ResponseRule, 'name' | 'when' | 'act'> &
  Partial<Pick<ResponseRule, 'hours' | 'environments'>>;
/** `environments` null: of all. `hours` null: the usual ones. Another act than a restricting one drops the hours. */
export type ResponseRuleChange = Partial<Omit<NewResponseRule, 'hours' | 'environments'>> & {
  readonly environments?: readonly Environment[] | null;
  readonly hours?: number | null;
};

/** How long a replay is good for. */
const REPLAY_SECONDS = 86_400;

/** The registry of response rules. */
export interface ResponseRuleRegistry {
  get(id: string): Promise<Versioned<ResponseRule> | undefined>;
  /** One page, newest first. */
  list(query?: PageQuery): Promise<Page<ResponseRule>>;
  /** The rules that act, at most MOST_RULES. */
  active(): Promise<readonly ResponseRule[]>;
  /** Creates a draft. Throws 'invalid_field', and 'conflict' when there are MOST_RULES. */
  create(given: NewResponseRule, by: By): Promise<Versioned<ResponseRule>>;
  /**
   * Changes a rule. Another definition makes it a draft without a replay. Throws 'not_found', 'invalid_field', and
   * 'precondition_failed' unless `expected` is the stored version.
   */
  update(id: string, expected: number, change: ResponseRuleChange, by: By): Promise<Versioned<ResponseRule>>;
  /** Keeps what a rule would have done. Throws 'not_found', and 'precondition_failed' when the rule changed meanwhile. */
  replayed(id: string, expected: number, replay: RuleReplay, by: By): Promise<Versioned<ResponseRule>>;
  /**
   * Lets a rule act. `expected` is the version with the replay that the caller read. Throws 'not_found', 'precondition_failed', and
   * 'conflict' without a complete replay of this definition from the last 24 hours.
   */
  activate(id: string, expected: number, by: By): Promise<Versioned<ResponseRule>>;
  /** Makes a rule a draft. It acts no more; what it did stays. */
  deactivate(id: string, by: By): Promise<Versioned<ResponseRule>>;
  /** Deletes a rule. What it did stays. Throws 'not_found'. */
  remove(id: string, by: By): Promise<void>;
}

export const responseRuleRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
}): ResponseRuleRegistry => {
  const { documents, audit, clock, identifiers } = deps;
  const collection = documents.collection<ResponseRule>(RESPONSE_RULES);
  const documentsOf = registeredDocuments<ResponseRule>({
    ...{ collection, kind: 'response rule', audit, clock },
    facts: ({ when, act, hours, environments, replay }) => ({
      inputs: {
        when: when.map(({ fact, atLeast }) => `${fact} ${atLeast}`),
        act,
        ...(hours === undefined ? {} : { hours }),
        ...(environments === undefined ? {} : { environments }),
        ...(replay ? { replayed: { from: replay.from, until: replay.until, acted: replay.acted } } : {}),
      },
    }),
  });

  return {
    get: (id) => collection.get(id),

    list: (query = {}) => documentsOf.list({}, query),

    async active() {
      const found: ResponseRule[] = [];
      for await (const rule of everyDocument(collection, { where: { state: 'active' }, limit: MOST_RULES }))
        found.push(rule);
      return found.slice(0, MOST_RULES);
    },

    async create(given, by) {
      const { name, when, act, hours, environments } = checked(given);
      if ((await collection.find({ limit: MOST_RULES })).length === MOST_RULES)
        throw responseRefusal('response_rules_exceeded', { params: { most: MOST_RULES } });
      const now = clock.now();
      const rule: ResponseRule = {
        ...{ id: identifiers.newId('rrl'), name, when, act },
        ...(hours === undefined ? {} : { hours }),
        ...(environments === undefined ? {} : { environments }),
        ...{ state: 'draft', createdBy: by.caller, createdAt: now, updatedAt: now },
      };
      return documentsOf.insert(rule, 'response_rule.created', by);
    },

    update: (id, expected, { environments, hours, ...change }, by) =>
      documentsOf.change(id, expected, 'response_rule.updated', by, (rule) => {
        const { environments: before, hours: hoursBefore, ...rest } = rule;
        const named = environments === undefined ? before : (environments ?? undefined);
        const kept = isRestricting(change.act ?? rule.act) ? hoursBefore : undefined;
        const lasting = hours === undefined ? kept : (hours ?? undefined);
        const next = checked({
          ...{ ...rest, ...change },
          ...(named === undefined ? {} : { environments: named }),
          ...(lasting === undefined ? {} : { hours: lasting }),
        });
        return definitionDigest(next) === definitionDigest(rule) ? next : asDraft(next);
      }),

    replayed: (id, expected, replay, by) =>
      documentsOf.change(id, expected, 'response_rule.replayed', by, (rule) => ({ ...rule, replay })),

    activate: (id, expected, by) =>
      documentsOf.change(id, expected, 'response_rule.activated', by, (rule) => {
        const now = clock.now();
        const { replay } = rule;
        const isReplayed = replay?.digest === definitionDigest(rule) && replay.replayedAt > now - REPLAY_SECONDS;
        if (!isReplayed) throw responseRefusal('response_rule_not_replayed');
        if (replay.isCut) throw responseRefusal('response_replay_cut');
        if (rule.state === 'active') return rule;
        return { ...rule, state: 'active', activatedBy: by.caller, activatedAt: now };
      }),

    deactivate: (id, by) =>
      documentsOf.change(id, undefined, 'response_rule.deactivated', by, (rule) => ({ ...rule, state: 'draft' })),

    remove: (id, by) => documentsOf.remove(id, 'response_rule.removed', by),
  };
};

const asDraft = ({ replay: _, ...rule }: ResponseRule): ResponseRule => ({ ...rule, state: 'draft' });

/** Throws 'invalid_field'. */
const checked = <R extends NewResponseRule>(rule: R): R => {
  checkName(rule.name, '/name');
  const repeated = rule.when.findIndex(({ fact }, at) => rule.when.findIndex((one) => one.fact === fact) < at);
  if (repeated !== -1) throw responseRefusal('response_fact_repeated', { field: `/when/${repeated}/fact` });
  if (rule.hours !== undefined && !isRestricting(rule.act))
    throw responseRefusal('response_hours_unused', { field: '/hours' });
  const { environments = [] } = rule;
  if (new Set(environments).size < environments.length)
    throw responseRefusal('response_environment_repeated', { field: '/environments' });
  return rule;
};
