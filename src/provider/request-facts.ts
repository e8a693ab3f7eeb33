/** What the front guard learned about a request before anything else saw it. */
import type { IncomingMessage } from 'node:http';

export type RequestFacts = {
  /** `req_…`, in the access log, in problems and in audit events. */
  readonly id: string;
  /** Client address: the peer, or what a configured proxy says (decision D20). For limits and audit only. */
  readonly source: string;
  /** Milliseconds since the epoch: when its head had been read. */
  readonly arrivedAt: number;
};

const facts = new WeakMap<IncomingMessage, RequestFacts>();

export const rememberRequest = (request: IncomingMessage, known: RequestFacts): void => {
  facts.set(request, known);
};

const UNKNOWN: RequestFacts = { id: 'req_unknown', source: 'unknown', arrivedAt: 0 };

export const factsOf = (request: IncomingMessage): RequestFacts => facts.get(request) ?? UNKNOWN;
