/** WebSocket: the gateway checks the handshake of both sides (RFC 6455 §4), and then passes bytes without a look at them. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RefusalAnswer } from '../../../packages/resource-server/src/resource-server.ts';
import type { Limits } from '../configuration/configuration.ts';
import { ownAnswer } from '../request/own-refusals.ts';
import { sendRaw } from '../request/raw-answer.ts';
import type { ForwardResult, WatchToken } from './forward.ts';
import { answeredHeaders } from './request-headers.ts';
import type { Upstream } from './upstream.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const KEY = /^[A-Za-z0-9+/]{22}==$/;

export const acceptOf = (key: string): string => createHash('sha1').update(`${key}${GUID}`).digest('base64');

/** What is wrong with the handshake of a client, or undefined. */
export const handshakeFault = ({ method, headers, rawHeaders }: IncomingMessage): RefusalAnswer | undefined => {
  const fault = (status: number, description: string, more: RefusalAnswer['headers'] = []): RefusalAnswer =>
    ownAnswer({ status, reason: 'handshake_malformed', description, headers: more });
  if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') {
    return fault(400, 'The only upgrade here is that to WebSocket.');
  }
  // A server that does not upgrade would read them as another request.
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) {
    return fault(400, 'A request for an upgrade has no content.');
  }
  if (headers['sec-websocket-version'] !== '13') {
    return fault(426, 'The version of WebSocket here is 13.', [['sec-websocket-version', '13']]);
  }
  const keys = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'sec-websocket-key');
  if (keys.length !== 1 || !KEY.test(String(headers['sec-websocket-key']))) {
    return fault(400, 'The key of the handshake is malformed.');
  }
  return undefined;
};

export type Upgrade = {
  readonly target: string;
  /** Flat list of names and values, without those of the upgrade. */
  readonly headers: readonly string[];
  readonly key: string;
  readonly more: RefusalAnswer['headers'];
  readonly watch: WatchToken | undefined;
};

export interface WebSockets {
  /** Ends this connection of a client when the gateway closes, or at once if it has closed. Call it before the decision. */
  hold(client: Duplex): void;
  /** Resolves when the connection is over. Never rejects. `head`: what the client has sent already. */
  connect(upgrade: Upgrade, client: Duplex, head: Buffer): Promise<ForwardResult>;
  /** Ends all connections that are held, also those of handshakes under way. */
  close(): void;
}

const UNREACHABLE = ownAnswer({
  status: 502,
  reason: 'upstream_unreachable',
  description: 'The API behind the gateway did not upgrade the connection.',
});

export const webSockets = (upstream: Upstream, limits: Pick<Limits, 'upstreamSeconds' | 'idleSeconds'>): WebSockets => {
  const held = new Set<Duplex>();
  let isClosed = false;

  /** Joins both sides until one ends. */
  const join = (client: Duplex, behind: Duplex, watch: WatchToken | undefined): Promise<ForwardResult> =>
    new Promise((resolve) => {
      let reason: string | undefined;
      const end = (why: string | undefined): void => {
        reason ??= why;
        client.destroy();
        behind.destroy();
      };
      const stopWatch = watch?.(() => end('token_ended'));
      let idle = setTimeout(() => end('idle'), limits.idleSeconds * 1000);
      const heard = (): void => void idle.refresh();
      client.on('data', heard);
      behind.on('data', heard);
      let isOver = false;
      const closed = (): void => {
        if (isOver) return;
        isOver = true;
        clearTimeout(idle);
        stopWatch?.();
        end(undefined);
        resolve({
          status: 101,
          outcome: reason === undefined ? 'answered' : 'failed',
          ...(reason === undefined ? {} : { reason }),
        });
      };
      client.on('close', closed);
      behind.on('close', closed);
      client.on('error', () => end('client_gone'));
      behind.on('error', () => end('upstream_broken'));
      client.pipe(behind);
      behind.pipe(client);
      idle = idle.refresh();
    });

  return {
    hold(client) {
      if (isClosed) {
        client.destroy();
        return;
      }
      held.add(client);
      client.once('close', () => held.delete(client));
    },
    connect: ({ target, headers, key, more, watch }, client, head) =>
      new Promise((resolve) => {
        const sent = upstream.begin(
          { method: 'GET', target, headers: [...headers, 'connection', 'Upgrade', 'upgrade', 'websocket'] },
          true,
        );
        let isOver = false;
        const fail = (): void => {
          if (isOver) return;
          isOver = true;
          clearTimeout(timer);
          sent.destroy();
          if (!client.destroyed) sendRaw(client, UNREACHABLE);
          resolve({ status: 502, outcome: 'failed', reason: 'upstream_unreachable' });
        };
        const timer = setTimeout(fail, limits.upstreamSeconds * 1000);
        client.once('error', fail);
        client.once('close', fail);
        sent.on('error', fail);
        // An upstream that does not upgrade gets no bytes of a client on this connection.
        sent.on('response', fail);
        sent.on('upgrade', (answer, behind, first) => {
          const isRight =
            answer.headers['sec-websocket-accept'] === acceptOf(key) &&
            answer.headers.upgrade?.toLowerCase() === 'websocket';
          if (isOver || client.destroyed || !isRight) {
            behind.destroy();
            fail();
            return;
          }
          isOver = true;
          clearTimeout(timer);
          client.off('error', fail);
          client.off('close', fail);
          const flat = answeredHeaders(answer.rawHeaders);
          for (const [name, value] of more) flat.push(name, value);
          const lines = ['HTTP/1.1 101 Switching Protocols', 'connection: Upgrade', 'upgrade: websocket'];
          for (let index = 0; index < flat.length; index += 2) lines.push(`${flat[index]}: ${flat[index + 1]}`);
          client.write(`${lines.join('\r\n')}\r\n\r\n`);
          if (first.byteLength > 0) client.write(first);
          if (head.byteLength > 0) behind.write(head);
          resolve(join(client, behind, watch));
        });
        sent.end();
      }),
    close() {
      isClosed = true;
      for (const client of held) client.destroy();
    },
  };
};
