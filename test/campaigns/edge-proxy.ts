/** A proxy between an API and the nodes, which can be down or silent, cut the revocation feed, or hold it back. */
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * `down`: no connection lives. `cut`: none to the feed. `silent`: connections live, and nothing comes. `stalled`: nothing comes of the
 * feed.
 */
export type ProxyState = 'open' | 'down' | 'silent' | 'cut' | 'stalled';

export interface FaultyProxy {
  readonly url: string;
  /** Port of the node to which requests go from now on. */
  to(port: number): void;
  become(state: ProxyState): void;
  /** Whether a connection to the feed of the node is open to which requests go. */
  hasFeed(): boolean;
  close(): void;
}

const FEED = '/access/v1/revocations';

/** `answer` is absent until the node has answered. */
type Stream = { readonly port: number; readonly response: ServerResponse; answer: IncomingMessage | undefined };

/** `host`: what the nodes expect as `Host`. */
export const startFaultyProxy = async (host: string, firstPort: number): Promise<FaultyProxy> => {
  const agent = new Agent({ keepAlive: true });
  const streams = new Set<Stream>();
  /** Requests that wait for their answer while the proxy is silent. */
  const held = new Set<() => void>();
  let state: ProxyState = 'open';
  let port = firstPort;

  const passOn = (incoming: IncomingMessage, response: ServerResponse, isFeed: boolean): void => {
    const headers = { ...incoming.headers, host };
    const { method, url: path } = incoming;
    const stream: Stream = { port, response, answer: undefined };
    if (isFeed) streams.add(stream);
    const outgoing = send({ host: '127.0.0.1', port, agent, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      stream.answer = answer;
      answer.once('close', () => {
        streams.delete(stream);
        if (!answer.complete) response.destroy();
      });
      if (!isFeed || state === 'open') answer.pipe(response);
    });
    // As from a host that is gone.
    outgoing.on('error', () => response.destroy());
    response.once('close', () => {
      streams.delete(stream);
      if (!response.writableFinished) outgoing.destroy();
    });
    incoming.pipe(outgoing);
  };

  const server = createServer((incoming, response) => {
    const isFeed = incoming.url?.startsWith(FEED) === true;
    if (state === 'down' || (state === 'cut' && isFeed)) {
      response.destroy();
      return;
    }
    if (state !== 'silent') passOn(incoming, response, isFeed);
    else {
      const release = (): void => passOn(incoming, response, isFeed);
      held.add(release);
      response.once('close', () => held.delete(release));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    to(next) {
      port = next;
    },
    hasFeed: () => [...streams].some((stream) => stream.answer !== undefined && stream.port === port),
    become(next) {
      state = next;
      if (next === 'down') server.closeAllConnections();
      for (const stream of streams) {
        const { answer, response } = stream;
        if (next === 'cut') {
          // Also one that the node has not answered: it could be a node to which no request goes any more.
          streams.delete(stream);
          response.destroy();
        } else if (next === 'stalled' || next === 'silent') answer?.unpipe(response).pause();
        else if (next === 'open') answer?.pipe(response);
      }
      if (next !== 'open') return;
      for (const release of held) release();
      held.clear();
    },
    close() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
};
