/** Why a recorded decision was as it was, and what another version of the policies says to the same question. */
import type { AuditLog } from '../../../../domain/audit/audit-event.ts';
import type { AuditEntry } from '../../../../domain/audit/list-events.ts';
import {
  type ExplainedScope,
  explainDecision,
  policySource,
} from '../../../../domain/authority/policy/explain-decision.ts';
import type { PolicyRegistry } from '../../../../domain/authority/policy/policy-registry.ts';
import type { PolicyTrials } from '../../../../domain/authority/policy/policy-simulations.ts';
import type { Call } from '../../call.ts';
import { named } from '../../schema.ts';
import { arrayOf, flag, integer, oneOf, output, string, strings, text } from '../../schema-parts.ts';
import { toWire } from '../../wire-names.ts';
import { type ArchiveReader, eventGone } from '../archived-event.ts';

export const EXPLANATION_QUERY = {
  policy: text('Version or id of another policy set, or `active`. Default: the version that decided.', 64, {
    pattern: '^[A-Za-z0-9_-]{1,64}$',
  }),
};

const SCOPE = output(
  {
    scope: string(),
    was: oneOf('As recorded.', ['granted', 'refused']),
    was_by: string('Layer that refused it then.'),
    says: oneOf('What the policies say to the recorded question.', ['permit', 'forbid', 'no policy permits']),
    policies: strings('Ids of the policies that determine it.', 2000, 200),
    reasons: strings('Their reasons.', 2000, 1000),
    needs: strings('What a permit needs beside.', 10, 40),
  },
  ['was_by'],
);

export const EXPLAINED_DECISION = named(
  'ExplainedDecision',
  output(
    {
      event: string('Id of the audit event.'),
      decision: string('Id of the decision.'),
      outcome: oneOf('As recorded.', ['granted', 'refused', 'done']),
      decided_by: integer('Version of the policy set that decided.'),
      explained_by: integer('Version of the policy set that this answer evaluates.'),
      is_recorded: flag('False: the event has no question to policies.'),
      scopes: arrayOf(SCOPE),
      policies: arrayOf(
        output({ id: string(), line: integer('First line in the set, from 1.'), text: string('In Cedar.') }),
        'Text of the policies that determine a scope.',
      ),
    },
    ['decision', 'decided_by', 'explained_by'],
  ),
);

export type ExplanationDependencies = {
  readonly policyTrials: Pick<PolicyTrials, 'under'>;
  readonly policies: Pick<PolicyRegistry, 'get'>;
  readonly auditReader: ArchiveReader & { get(id: string): Promise<AuditEntry | undefined> };
  readonly audit: AuditLog;
};

type Explaining = {
  readonly query: { readonly policy?: string };
  readonly body: undefined;
  readonly answer: undefined;
};

/** Reading the audit log is an event itself, which is written first. */
export const explanationHandlers = ({ policyTrials, policies, auditReader, audit }: ExplanationDependencies) => ({
  async explainDecision({ id, query, by, caller }: Call<Explaining>) {
    await audit.append({
      ...{ type: 'audit.read', outcome: 'done', caller: caller.id, inputs: { filters: { event: id, ...query } } },
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
    });
    const found = await auditReader.get(id);
    if (!found) throw await eventGone(auditReader, id);
    const { event } = found;
    const asked = query.policy ?? (event.policy === undefined ? 'active' : String(event.policy));
    const { found: scopes, version } = await policyTrials.under({ policy: asked }, async (set) =>
      set === undefined ? undefined : explainDecision(event, set.policies),
    );
    return {
      body: {
        ...{ event: id, outcome: event.outcome, is_recorded: scopes !== undefined },
        ...(event.decision === undefined ? {} : { decision: event.decision }),
        ...(event.policy === undefined ? {} : { decided_by: event.policy }),
        ...(version === undefined ? {} : { explained_by: version }),
        scopes: (scopes ?? []).map(toWire),
        policies: version === undefined ? [] : await sourcesOf(policies, version, scopes ?? []),
      },
    };
  },
});

const sourcesOf = async (policies: Pick<PolicyRegistry, 'get'>, version: number, scopes: readonly ExplainedScope[]) => {
  const set = (await policies.get(String(version)))?.document;
  const ids = new Set(scopes.flatMap((one) => one.policies));
  return [...ids].flatMap((id) => {
    const source = set && policySource(set.text, id);
    return source ? [{ id, ...source }] : [];
  });
};
