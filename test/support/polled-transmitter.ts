/** A transmitter from which a server polls (RFC 8936): it keeps what is not settled, or answers as a test says. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { until } from './until.ts';

export type PollRequest = {
  readonly maxEvents?: number;
  readonly returnImmediately?: boolean;
  readonly ack?: readonly string[];
  readonly setErrs?: Readonly<Record<string, { readonly err: string; readonly description: string }>>;
};

export const polledTransmitter = () => {
  const requests: { readonly headers: IncomingMessage['headers']; readonly body: PollRequest }[] = [];
  const waiting = new Map<string, string>();
  const settled = new Map<string, 'acknowledged' | string>();
  const handed = new Map<string, number>();
  const answering = {
    /** In place of the answer of an honest transmitter. */
    poll: undefined as ((body: PollRequest, response: ServerResponse) => void) | undefined,
  };

  const answer = ({ maxEvents = 100, ack = [], setErrs = {} }: PollRequest, response: ServerResponse): void => {
    for (const jti of ack) if (waiting.delete(jti)) settled.set(jti, 'acknowledged');
    for (const [jti, { err }] of Object.entries(setErrs)) if (waiting.delete(jti)) settled.set(jti, err);
    const sets = [...waiting].slice(0, maxEvents);
    for (const [jti] of sets) handed.set(jti, (handed.get(jti) ?? 0) + 1);
    const body = JSON.stringify({ sets: Object.fromEntries(sets), moreAvailable: waiting.size > sets.length });
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  };

  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as PollRequest;
    requests.push({ headers: request.headers, body });
    (answering.poll ?? answer)(body, response);
  };

  return {
    ...{ listener, requests, settled, answering, answer },
    /** How often an event was sent. */
    handed: (jti: string): number => handed.get(jti) ?? 0,
    /** Keeps a SET until the server settles it. */
    add: (jti: string, set: string): void => void waiting.set(jti, set),
    async isSettled(...jtis: readonly string[]): Promise<void> {
      await until(() => jtis.every((jti) => settled.has(jti)), { what: 'the settlement of all events' });
    },
  };
};
