/**
 * The audit event of a request. The facts are collected in the state of the request, and merged once, when the event is
 * written.
 *
 * The parts, the lowest precedence first. A later part replaces members of an earlier one; `inputs` and `personal` are merged
 * member by member.
 * 1. `sent`: who sends the request and what it asks for, as received.
 * 2. `result`: the outcome, such as the token or the reason of the refusal. A token that `noteAnnounced` noted replaces its
 *    token.
 * 3. `noted`: facts that a grant or endpoint determined while it processed the request.
 * 4. `decided`: the decision, and what it gives to the token.
 * 5. The request, type, outcome and error. No part replaces these.
 */
import type { AuditEvent } from '../../domain/audit/audit-event.ts';
import { type OfRequest, requestState } from './request-state.ts';

type Facts = Partial<AuditEvent>;

/** Adds to the part `noted`; later calls replace members of earlier ones. */
export const noteFacts = (of: OfRequest, facts: Facts): void => {
  const state = requestState(of);
  state.noted = { ...state.noted, ...facts };
};

/** The part `decided` of a request that its decision refuses. */
export const noteDecided = (of: OfRequest, facts: Facts): void => {
  requestState(of).decided = facts;
};

/** An event says that a token exists. If the request still fails, its refusal names the token (AU-01). */
export const noteAnnounced = (of: OfRequest, token: AuditEvent['token']): void => {
  requestState(of).announced = token;
};

/** `decided`: replaces what `noteDecided` noted, for a request that its decision permits. */
export const requestEvent = (
  of: OfRequest,
  kind: Pick<AuditEvent, 'type' | 'outcome' | 'error'>,
  { sent, result, decided }: { readonly sent: Facts; readonly result?: Facts; readonly decided?: Facts },
): AuditEvent => {
  const { id, source, noted, decided: refused, announced } = requestState(of);
  const last = decided ?? refused;
  const inputs =
    result?.inputs || noted?.inputs || last?.inputs
      ? { inputs: { ...result?.inputs, ...noted?.inputs, ...last?.inputs } }
      : {};
  return {
    ...sent,
    ...result,
    ...(announced === undefined ? {} : { token: announced }),
    ...noted,
    ...last,
    ...inputs,
    personal: { source, ...result?.personal, ...noted?.personal, ...last?.personal },
    request: id,
    ...kind,
  };
};

/** A client as the sender, also named as an agent if it is one. */
export const sender = (clientId: string | undefined): Pick<AuditEvent, 'caller' | 'agent'> =>
  clientId === undefined
    ? {}
    : clientId.startsWith('agt_')
      ? { caller: clientId, agent: clientId }
      : { caller: clientId };
