/** Turns a decision about a question into the answer to the resource server, and into its event. */
import type { AuditEvent } from '../../audit/audit-event.ts';
import { type Decision, recordOf } from '../../authority/decision/decision.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import type { Layer, Remedy } from '../../vocabulary/errors.ts';
import type { Approval } from '../approval.ts';
import { moment, type NextAction, type Requestable, type WantedAccess } from './access-approvals.ts';
import type { Acting } from './access-facts.ts';
import type { AccessQuestion } from './access-question.ts';
import { wantedOf } from './wanted-access.ts';

/** scope-token of RFC 6749 §3.3: only such text is a scope, and only such text enters the audit log. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/;

/** A Decision of §5.5. */
export type AccessAnswer = {
  readonly decision: boolean;
  readonly context: {
    /** `dec_…`, as in the audit log. */
    readonly id?: string;
    /** Version of the evaluated policy set. */
    readonly policy?: number;
    readonly reason?: string;
    readonly layer?: Layer;
    /** Text of the policies, for people. */
    readonly description?: string;
    readonly remedies?: readonly Remedy[];
    /** Present in a denial of a question that names an approval. */
    readonly next_action?: NextAction;
    /** Present in a permit that needed an approval. */
    readonly approval?: { readonly id: string; readonly approved_until: string };
    readonly error?: { readonly status: number; readonly message: string };
  } & Partial<Requestable>;
};

/** The HTTP request that asks, for the audit log. */
export type AskedIn = { readonly request: string; readonly source: string };

/** A decision, or the reason why there was nothing to decide. */
export type Answered = {
  readonly id: string;
  readonly decision?: Decision;
  readonly acting?: Acting;
  readonly wanted?: WantedAccess;
  /** The approval that lifted the denial. */
  readonly approval?: Approval;
  readonly next?: NextAction;
  readonly requestable?: Requestable;
  readonly denied?: {
    readonly reason: string;
    readonly layer: Layer;
    readonly text?: string;
    readonly remedies: readonly Remedy[];
  };
};

export const answerOf = ({ id, decision, denied, approval, next, requestable }: Answered): AccessAnswer => ({
  decision: denied === undefined,
  context: {
    id,
    ...(decision?.policyVersion === undefined ? {} : { policy: decision.policyVersion }),
    ...(denied === undefined ? {} : { reason: denied.reason, layer: denied.layer }),
    ...(denied?.text === undefined ? {} : { description: denied.text }),
    ...(denied === undefined || denied.remedies.length === 0 ? {} : { remedies: denied.remedies }),
    ...(next === undefined ? {} : { next_action: next }),
    ...(approval === undefined
      ? {}
      : { approval: { id: approval.id, approved_until: moment(Number(approval.redeemBy)) } }),
    ...requestable,
  },
});

export const eventOf = (
  server: ResourceServer,
  question: AccessQuestion,
  { id, decision, acting, denied, approval }: Answered,
  { request, source }: AskedIn,
): AuditEvent => {
  const { facts, token, delegation } = acting ?? {};
  const wanted = wantedOf(server, question.resource, question.action);
  const scope = wanted && 'scope' in wanted ? wanted.scope : undefined;
  return {
    type: 'decision.made',
    outcome: denied === undefined ? 'granted' : 'refused',
    request,
    caller: server.id,
    resource: server.identifier,
    decision: id,
    ...(decision?.policyVersion === undefined ? {} : { policy: decision.policyVersion }),
    ...(facts?.subject ? { subject: facts.subject.id } : {}),
    ...(facts?.caller.kind === 'agent' ? { agent: facts.caller.id, owner: facts.caller.owner } : {}),
    ...(delegation === undefined ? {} : { delegation }),
    ...(approval === undefined ? {} : { approval: approval.id }),
    ...(token ? aboutToken(token) : {}),
    ...(scope !== undefined && SCOPE.test(scope) ? { scopeAsked: [scope] } : {}),
    ...(decision && scope !== undefined ? { scopeGiven: decision.scope } : {}),
    ...(denied ? { denial: denialOf(id, denied) } : {}),
    ...(decision ? { inputs: { now: facts?.now, ...written(decision) } } : {}),
    personal: { source },
  };
};

const aboutToken = ({ id, format, expiresAt, chain, txn, grant, instance }: NonNullable<Acting['token']>) => ({
  token: { id, format, expiresAt },
  ...(chain ? { chain } : {}),
  ...(txn ? { txn } : {}),
  ...(grant ? { grant } : {}),
  ...(instance ? { instance } : {}),
});

const denialOf = (id: string, { reason, layer, remedies }: NonNullable<Answered['denied']>) => ({
  id,
  layer,
  reason,
  ...(remedies.length === 0 ? {} : { remedies: remedies.map(({ kind }) => ({ kind })) }),
});

/** Values that a caller invented go into the answer, not into the audit log. */
const written = (decision: Decision) => {
  const { removed, removedDetails = [], ...record } = recordOf(decision);
  return {
    ...record,
    removed: removed.filter(({ scope }) => SCOPE.test(scope)),
    ...(removedDetails.length === 0 ? {} : { removedDetails: removedDetails.filter(({ type }) => SCOPE.test(type)) }),
  };
};
