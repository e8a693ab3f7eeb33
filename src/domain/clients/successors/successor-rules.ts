/** The registry of successor rules, and which of them applies to an agent. */
import type { AuditLog } from '../../audit/audit-event.ts';
import type { LeaverFacts } from '../../identity/directories/leaver-facts.ts';
import { isGroupId } from '../../identity/groups/group.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { successorRefusal } from './successor-refusals.ts';
import { ACCEPT_WITHIN, MOST_RULES, SUCCESSOR_RULES, type SuccessorRule } from './successor-rule.ts';

type Settings = Pick<SuccessorRule, 'appliesTo' | 'manager' | 'group' | 'acceptWithin'>;
/** Default: `appliesTo` `*`, no manager, seven days. */
export type NewSuccessorRule = Partial<Settings>;
/** `group: null` removes it. */
export type SuccessorRuleChange = Partial<Omit<Settings, 'group'>> & { readonly group?: string | null };

export interface SuccessorRules {
  get(id: string): Promise<Versioned<SuccessorRule> | undefined>;
  /** One page of rules, newest first. */
  list(query?: PageQuery): Promise<Page<SuccessorRule>>;
  /**
   * Creates a rule. Existing orphans get a proposal by it, too. Throws 'invalid_field', and 'conflict' when another rule applies
   * to the same or there are too many.
   */
  create(given: NewSuccessorRule, by: By): Promise<Versioned<SuccessorRule>>;
  /** Throws as `create` does, and 'not_found' and 'precondition_failed'. Open proposals stay as they are. */
  update(id: string, expected: number, change: SuccessorRuleChange, by: By): Promise<Versioned<SuccessorRule>>;
  /** Open proposals stay as they are. Throws 'not_found'. */
  remove(id: string, by: By): Promise<void>;
  /**
   * The rule for an agent of this owner: of the owner's group, of one of the groups of the account, of its directory, or
   * for every owner. Of several groups, the oldest rule applies.
   */
  ruleFor(owner: string, facts: LeaverFacts): Promise<SuccessorRule | undefined>;
}

export const successorRules = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly groups: {
    get(id: string): Promise<unknown>;
    ofAccount(account: string): Promise<readonly { readonly id: string }[]>;
  };
  readonly hasDirectory: (id: string) => Promise<boolean>;
  /** Looks at all orphans again. Idempotent. */
  readonly lookAgain: () => Promise<void>;
}): SuccessorRules => {
  const { documents, audit, clock, identifiers, groups, hasDirectory, lookAgain } = deps;
  const collection = documents.collection<SuccessorRule>(SUCCESSOR_RULES);
  const documentsOf = registeredDocuments<SuccessorRule>({
    ...{ collection, kind: 'successor rule', audit, clock },
    taken: () => successorRefusal('successor_rule_taken', { field: '/applies_to' }),
  });

  const checked = async (rule: SuccessorRule): Promise<SuccessorRule> => {
    const { appliesTo, group, manager } = rule;
    const isKnown =
      appliesTo === '*' ||
      (isGroupId(appliesTo) ? (await groups.get(appliesTo)) !== undefined : await hasDirectory(appliesTo));
    if (!isKnown) throw successorRefusal('successor_scope_unknown', { field: '/applies_to' });
    if (group !== undefined && (!isGroupId(group) || (await groups.get(group)) === undefined)) {
      throw successorRefusal('successor_group_unknown', { field: '/group' });
    }
    if (!manager && group === undefined) throw successorRefusal('successor_missing', { field: '/group' });
    return rule;
  };

  const ruleOf = async (appliesTo: string): Promise<SuccessorRule | undefined> =>
    (await collection.find({ where: { appliesTo }, limit: 1 }))[0]?.document;

  return {
    get: (id) => collection.get(id),

    list: (query = {}) => documentsOf.list({}, query),

    async create({ appliesTo = '*', manager = false, group, acceptWithin = ACCEPT_WITHIN.usual }, by) {
      const now = clock.now();
      const rule = await checked({
        id: identifiers.newId('suc'),
        ...{ appliesTo, manager, acceptWithin, createdAt: now, updatedAt: now },
        ...(group === undefined ? {} : { group }),
      });
      if ((await collection.find({ limit: MOST_RULES })).length === MOST_RULES) {
        throw successorRefusal('successor_rules_exceeded', { params: { most: MOST_RULES } });
      }
      // Of two rules for the same, the unique index lets one in: the other one must leave no event.
      if (await ruleOf(appliesTo)) throw successorRefusal('successor_rule_taken', { field: '/applies_to' });
      const made = await documentsOf.insert(rule, 'successor_rule.created', by);
      await lookAgain();
      return made;
    },

    async update(id, expected, { group, ...change }, by) {
      const updated = await documentsOf.change(id, expected, 'successor_rule.updated', by, (found) => {
        const { group: before, ...rest } = { ...found, ...change };
        const next = group === undefined ? before : (group ?? undefined);
        return checked({ ...rest, ...(next === undefined ? {} : { group: next }) });
      });
      await lookAgain();
      return updated;
    },

    remove: (id, by) => documentsOf.remove(id, 'successor_rule.removed', by),

    async ruleFor(owner, { directory }) {
      if (isGroupId(owner)) return (await ruleOf(owner)) ?? ruleOf('*');
      const found: SuccessorRule[] = [];
      for (const { id } of await groups.ofAccount(owner)) {
        const rule = await ruleOf(id);
        if (rule) found.push(rule);
      }
      const [oldest] = found.toSorted((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1));
      return oldest ?? (directory === undefined ? undefined : await ruleOf(directory)) ?? ruleOf('*');
    },
  };
};
