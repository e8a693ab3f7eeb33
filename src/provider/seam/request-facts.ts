/** The facts about a request that the front guard determines first. */
import type { IncomingMessage } from 'node:http';
import type { ClientCertificate } from '../../domain/platform/certificates/client-certificate.ts';

export type RequestFacts = {
  /** `req_…`, in the access log, in problems and in audit events. */
  readonly id: string;
  /** Client address: the peer, or the address from a configured proxy (decision D20). For limits and audit only. */
  readonly source: string;
  /** The certificate of the sender, if it presents one (RFC 8705). */
  readonly certificate: (() => ClientCertificate | undefined) | undefined;
  /** Milliseconds since the epoch at which the server had read its head. */
  readonly arrivedAt: number;
  /** Its position among the requests and responses of this process. */
  readonly turn: number;
};

/** The property of a request with its state (request-state.ts). The facts are part of that state. */
export const STATE = Symbol('request state');

let turns = 0;

/** An earlier event of this process has a smaller number. Clocks are too coarse for that, and may stand still. */
export const nextTurn = (): number => {
  turns += 1;
  return turns;
};

const UNKNOWN: RequestFacts = { id: 'req_unknown', source: 'unknown', certificate: undefined, arrivedAt: 0, turn: 0 };

export const factsOf = (request: IncomingMessage): RequestFacts =>
  (request as { readonly [STATE]?: RequestFacts })[STATE] ?? UNKNOWN;
