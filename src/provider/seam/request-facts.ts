/** The facts about a request that the front guard determined first. */
import type { IncomingMessage } from 'node:http';
import type { ClientCertificate } from '../../domain/platform/certificates/client-certificate.ts';

export type RequestFacts = {
  /** `req_…`, in the access log, in problems and in audit events. */
  readonly id: string;
  /** Client address: the peer, or what a configured proxy says (decision D20). For limits and audit only. */
  readonly source: string;
  /** The certificate of the sender, if it presented one (RFC 8705). */
  readonly certificate?: () => ClientCertificate | undefined;
  /** Milliseconds since the epoch: when its head had been read. */
  readonly arrivedAt: number;
  /** Its position among the requests and answers of this process. */
  readonly turn: number;
};

const facts = new WeakMap<IncomingMessage, RequestFacts>();

let turns = 0;

/** An earlier event of this process has the smaller number; clocks are too coarse for that, and may stand still. */
export const nextTurn = (): number => {
  turns += 1;
  return turns;
};

export const rememberRequest = (request: IncomingMessage, known: Omit<RequestFacts, 'turn'>): void => {
  facts.set(request, { ...known, turn: nextTurn() });
};

const UNKNOWN: RequestFacts = { id: 'req_unknown', source: 'unknown', arrivedAt: 0, turn: 0 };

export const factsOf = (request: IncomingMessage): RequestFacts => facts.get(request) ?? UNKNOWN;
