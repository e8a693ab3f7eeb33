/** One binding in an app that answers `{ subject }` to each request that it lets through. */
import { type ClientRequest, createServer, type RequestListener, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Requirement, ResourceServer } from '../../../packages/resource-server/src/resource-server.ts';

export type Sent = {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
};

export type Answer = {
  readonly status: number;
  readonly challenges: readonly string[];
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
};

export type Host = {
  /** Sends a request as it stands: a header can be there twice. */
  send(sent: Sent): Promise<Answer>;
  /** Requests that reached the handler behind the binding. */
  reached(): number;
  close(): Promise<void>;
};

export type StartHost = (server: ResourceServer, requirement?: Requirement) => Promise<Host>;

/** What a host is made of: it calls `reach` in the handler. */
export type MakeListener = (
  server: ResourceServer,
  requirement: Requirement,
  reach: () => void,
) => RequestListener | Promise<RequestListener>;

const answerOf = (request: ClientRequest): Promise<Answer> =>
  new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (response) => {
      const named = (name: string): readonly string[] =>
        response.rawHeaders.flatMap((each, index, all) =>
          index % 2 === 0 && each.toLowerCase() === name ? [String(all[index + 1])] : [],
        );
      const headers = Object.fromEntries(Object.keys(response.headers).map((name) => [name, named(name)[0]]));
      text(response)
        .then((body) =>
          resolve({ status: Number(response.statusCode), challenges: named('www-authenticate'), headers, body }),
        )
        .catch(reject);
    });
  });

/** A host on `node:http`. */
export const nodeHost =
  (make: MakeListener): StartHost =>
  async (server, requirement = {}) => {
    let reached = 0;
    const listener = createServer(
      await make(server, requirement, () => {
        reached += 1;
      }),
    );
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as AddressInfo;
    return {
      async send({ method = 'GET', target = '/api/notes', headers = [], body }) {
        // Names and values in one list are sent as they are, a name twice included.
        const lines = [...headers, ['host', 'notes.example.com'] as const];
        const request = sendRequest({
          port,
          host: '127.0.0.1',
          method,
          path: target,
          agent: false,
          headers: [
            ...lines,
            ...(body === undefined ? [] : [['content-length', String(Buffer.byteLength(body))] as const]),
          ].flat() as string[] & Record<string, never>,
        });
        request.end(body);
        return answerOf(request);
      },
      reached: () => reached,
      async close() {
        listener.closeAllConnections();
        await new Promise<void>((resolve) => listener.close(() => resolve()));
      },
    };
  };

/** A host that is a function from Request to Response. */
export const fetchHost =
  (
    make: (
      server: ResourceServer,
      requirement: Requirement,
      reach: () => void,
    ) => (request: Request) => Promise<Response>,
  ): StartHost =>
  async (server, requirement = {}) => {
    let reached = 0;
    const handle = make(server, requirement, () => {
      reached += 1;
    });
    return {
      async send({ method = 'GET', target = '/api/notes', headers: lines = [], body }) {
        const headers = new Headers(lines.map(([name, value]) => [name, value] as [string, string]));
        const init = { method, headers, ...(body === undefined ? {} : { body }) };
        const response = await handle(new Request(`https://notes.example.com${target}`, init));
        const joined = response.headers.get('www-authenticate');
        return {
          status: response.status,
          // Fetch joins what stands twice; a scheme begins each challenge.
          challenges: joined === null ? [] : joined.split(/, (?=(?:Bearer|DPoP) )/),
          headers: Object.fromEntries(response.headers),
          body: await response.text(),
        };
      },
      reached: () => reached,
      close: async () => undefined,
    };
  };
