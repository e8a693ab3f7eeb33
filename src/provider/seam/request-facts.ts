/** The facts about a request that the front guard determined first. */
import type { IncomingMessage } from 'node:http';
import type { ClientCertificate } from '../../domain/platform/certificates/client-certificate.ts';

export type RequestFacts = {
  /** `req_…`, in the access log, in problems and in audit events. */
  readonly id: string;
  /** Client address: the peer, or what a configured proxy says (decision D20). For limits and audit only. */
  readonly source: string;
  /** The certificate of the sender, if it presented one (RFC 8705). */
  readonly certificate: (() => ClientCertificate | undefined) | undefined;
  /** Milliseconds since the epoch: when its head had been read. */
  readonly arrivedAt: number;
  /** Its position among the requests and answers of this process. */
  readonly turn: number;
};

/** The property of a request that holds its state (request-state.ts), of which the facts are a part. */
export const STATE = Symbol('request state');

let turns = 0;

/** An earlier event of this process has the smaller number; clocks are too coarse for that, and may stand still. */
export const nextTurn = (): number => {
  turns += 1;
  return turns;
};

const UNKNOWN: RequestFacts = { id: 'req_unknown', source: 'unknown', certificate: undefined, arrivedAt: 0, turn: 0 };

export const factsOf = (request: IncomingMessage): RequestFacts =>
  (request as { readonly [STATE]?: RequestFacts })[STATE] ?? UNKNOWN;
