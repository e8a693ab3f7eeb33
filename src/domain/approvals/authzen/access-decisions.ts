import type { AuditLog } from '../../audit/audit-event.ts';
import type { Authorize } from '../../authority/decision/authorize.ts';
import { needsStepUp } from '../../authority/decision/decision.ts';
import { nothingLeft, refusedDetails } from '../../authority/decision/remedies.ts';
import { type StepUps, strongerOf, withStepUpPage } from '../../authority/step-ups/step-ups.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import { canonicalJson } from '../../vocabulary/canonical-json.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import { fewAtOnce } from '../../vocabulary/few-at-once.ts';
import { type AccessAnswer, type Answered, type AskedIn, answerOf, eventOf } from './access-answer.ts';
import type { AccessApprovals, Lift, WantedAccess } from './access-approvals.ts';
import { type AccessRegistries, type Acting, accessFacts, type Unknown } from './access-facts.ts';
import type { AccessContext, AccessQuestion, Entity, Semantic } from './access-question.ts';
import { wantedOf } from './wanted-access.ts';

export type AccessDependencies = AccessRegistries & {
  readonly authorize: Authorize;
  readonly audit: AuditLog;
  readonly identifiers: Identifiers;
  readonly approvals: AccessApprovals;
  readonly stepUps: Pick<StepUps, 'page' | 'confirmed'>;
};

/** Answers questions one by one. Appends the event of each answer before it sends the answer. */
export interface AccessDecisions {
  /** The decision about one question, before an approval is applied. Records nothing. */
  decided(server: ResourceServer, question: AccessQuestion): Promise<Answered>;
  /**
   * Answers one question. Throws DomainError 'unavailable' and StoreUnavailable when the question cannot be decided or
   * recorded.
   */
  answer(server: ResourceServer, question: AccessQuestion, by: AskedIn): Promise<AccessAnswer>;
  /** Records a request of an authenticated resource server that was refused without a decision (decision D18). */
  recordRefusal(server: ResourceServer, code: string, by: AskedIn): Promise<void>;
  /** Answers several questions, in their order. Stops early where the semantic requires it (§7.1.2.1). */
  answerAll(
    server: ResourceServer,
    semantic: Semantic,
    items: readonly (() => AccessQuestion)[],
    by: AskedIn,
  ): Promise<readonly AccessAnswer[]>;
  /**
   * Whether the question would be permitted. For searches, which append one event for all the questions they examine.
   */
  isPermitted(server: ResourceServer, question: AccessQuestion): Promise<boolean>;
  /** Scopes that are permitted; undefined when the subject is unknown and so can have none. */
  permitted(server: ResourceServer, subject: Entity, context: AccessContext): Promise<readonly string[] | undefined>;
}

export const accessDecisions = (deps: AccessDependencies): AccessDecisions => {
  const { authorize, audit, identifiers, approvals, stepUps } = deps;
  const factsOf = accessFacts(deps);

  const decided = async (
    server: ResourceServer,
    { subject, resource, action, context }: AccessQuestion,
  ): Promise<Answered> => {
    const wanted = wantedOf(server, resource, action);
    if (wanted === undefined) return unknown(NOT_HERE, identifiers);
    const acting = await factsOf(server, subject, context);
    if ('reason' in acting) return unknown(acting, identifiers);
    if (!isApproved(wanted, acting)) return unknown({ reason: 'not_approved', layer: 'approval' }, identifiers);
    const decide = (facts: Acting['facts']) =>
      authorize(
        'scope' in wanted
          ? { ...facts, asked: [wanted.scope] }
          : { ...facts, asked: [], details: { ...acting.held, asked: [wanted.detail] } },
      );
    const first = await decide(acting.facts);
    const assurance = needsStepUp(first) ? await confirmedAt(server, acting) : acting.facts.assurance;
    // The sign-in that the person confirmed for this API counts here (decision 38).
    const isRaised = assurance !== acting.facts.assurance;
    const decision = isRaised ? await decide({ ...acting.facts, assurance }) : first;
    const isGiven = decision.scope.length + decision.details.length > 0;
    const why = 'scope' in wanted ? nothingLeft : refusedDetails;
    return { id: decision.id, decision, acting, wanted, ...(isGiven ? {} : { denied: why(decision) }) };
  };

  const confirmedAt = async ({ id, identifier }: ResourceServer, { facts, token }: Acting) =>
    strongerOf(facts.assurance, token && (await stepUps.confirmed(token, { id, resource: identifier })));

  /** Adds the page for the person to a denial that a stronger or newer sign-in lifts. */
  const withPage = async (server: ResourceServer, answered: Answered): Promise<Answered> => {
    const { denied, acting } = answered;
    if (!denied || !acting?.token) return answered;
    const party = { id: server.id, resource: server.identifier };
    const remedies = await withStepUpPage(stepUps, acting.token, party, denied.remedies);
    return { ...answered, denied: { ...denied, remedies } };
  };

  /** Applies the approval that a denied question names. */
  const withApproval = async (
    server: ResourceServer,
    question: AccessQuestion,
    answered: Answered,
    request: string,
  ): Promise<Answered> => {
    const { id, denied, acting, wanted } = answered;
    const { approval: reference, call } = question.context;
    if (!denied || reference === undefined) return answered;
    // No approval lifts this denial.
    if (denied.reason !== 'approval_required' || !acting || !wanted) return { ...answered, next: 'none' };
    const lift = await approvals.lift(server, question, wanted, acting, reference);
    if (lift.isLifted) {
      const { decision, approval } = lift;
      if (await approvals.spend(server, approval, { call, decision: decision.id, request })) {
        return { id: decision.id, decision, acting, wanted, approval };
      }
    }
    const { reason, next, text, layer = denied.layer, decision } = lift.isLifted ? USED_MEANWHILE : lift;
    return {
      ...answered,
      ...(decision ? { id: decision.id, decision } : { id }),
      denied: { ...denied, reason, layer, ...(text === undefined ? {} : { text }) },
      next,
    };
  };

  /** Adds to a denial that an approval can lift the endpoint for the request (Access Request and Approval Profile). */
  const withRequest = async (question: AccessQuestion, answered: Answered): Promise<Answered> => {
    const { id, denied, acting, wanted, next } = answered;
    if (!acting || !wanted || !(next === 'request' || denied?.reason === 'approval_required')) return answered;
    const requestable = await approvals.requestable(question, wanted, acting, id);
    if (requestable) return { ...answered, requestable };
    return next === 'request' ? { ...answered, next: 'none' } : answered;
  };

  const answer = async (server: ResourceServer, question: AccessQuestion, by: AskedIn): Promise<AccessAnswer> => {
    const first = await decided(server, question);
    const lifted = await withRequest(question, await withApproval(server, question, first, by.request));
    const answered = await withPage(server, lifted);
    await audit.append(eventOf(server, question, answered, by));
    return answerOf(answered);
  };

  const recordRefusal = async (server: ResourceServer, code: string, { request, source }: AskedIn): Promise<void> => {
    await audit.append({
      type: 'decision.refused',
      outcome: 'refused',
      request,
      caller: server.id,
      resource: server.identifier,
      error: code,
      personal: { source },
    });
  };

  const answerItem = async (server: ResourceServer, read: () => AccessQuestion, by: AskedIn): Promise<AccessAnswer> => {
    let question: AccessQuestion;
    try {
      question = read();
    } catch (error) {
      if (!isDomainError(error)) throw error;
      await recordRefusal(server, error.code, by);
      return { decision: false, context: { error: { status: 400, message: error.message } } };
    }
    return answer(server, question, by);
  };

  return {
    decided,

    answer,

    recordRefusal,

    async answerAll(server, semantic, items, by): Promise<readonly AccessAnswer[]> {
      if (semantic === 'execute_all') return fewAtOnce(items, (item) => answerItem(server, item, by));
      const answers: AccessAnswer[] = [];
      for (const item of items) {
        const one = await answerItem(server, item, by);
        answers.push(one);
        if (one.decision === (semantic === 'permit_on_first_permit')) break;
      }
      return answers;
    },

    async isPermitted(server, question): Promise<boolean> {
      return (await decided(server, question)).denied === undefined;
    },

    async permitted(server, subject, context): Promise<readonly string[] | undefined> {
      const acting = await factsOf(server, subject, context);
      return 'reason' in acting ? undefined : (await authorize({ ...acting.facts, asked: undefined })).scope;
    },
  };
};

const USED_MEANWHILE: Exclude<Lift, { readonly isLifted: true }> = {
  isLifted: false,
  reason: 'approval_used',
  next: 'request',
};

const NOT_HERE: Unknown = { reason: 'resource_not_known', layer: 'request' };

const unknown = (why: Unknown, identifiers: Identifiers): Answered => ({
  id: identifiers.newId('dec'),
  denied: { ...why, remedies: [] },
});

/**
 * A token of an approval covers only whole approved details. A part of the approved action is another action, which no
 * approver has seen.
 */
const isApproved = (wanted: WantedAccess, { token }: Acting): boolean => {
  if (token?.approval === undefined || 'scope' in wanted) return true;
  const asked = canonicalJson(wanted.detail);
  return (token.details ?? []).some((detail) => canonicalJson(detail) === asked);
};
