/** Requests to one node of several, as if the proxy had picked it. */
import { Agent, request } from 'node:http';
import { type Answer, authentication, type Credential, formOf, type Parameters } from '../support/oauth-calls.ts';

const headersOf = (raw: readonly string[]): Headers => {
  const headers = new Headers();
  for (let at = 0; at + 1 < raw.length; at += 2) headers.append(String(raw[at]), String(raw[at + 1]));
  return headers;
};

export const nodeClient = (port: number, issuer: string) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const { host } = new URL(issuer);
  const send = (path: string, body: string, headers: Record<string, string>, method = 'POST'): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        { host: '127.0.0.1', port, agent, method, path, headers: { host, ...headers } },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            const body = text.startsWith('{') ? (JSON.parse(text) as Answer['body']) : {};
            resolve({ status: incoming.statusCode ?? 0, headers: headersOf(incoming.rawHeaders), body, text });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return {
    /** Any request, as it is. */
    call: (method: string, path: string, body: string, headers: Record<string, string>): Promise<Answer> =>
      send(path, body, headers, method),
    async oauth(path: string, credential: Credential, parameters: Parameters): Promise<Answer> {
      const proof = await authentication(credential, issuer);
      const form = formOf({ ...proof.parameters, ...parameters }).toString();
      return send(path, form, { 'content-type': 'application/x-www-form-urlencoded', ...proof.headers });
    },
    manage: (path: string, token: string, body: object = {}, headers: Record<string, string> = {}): Promise<Answer> =>
      send(`/api/v1${path}`, JSON.stringify(body), {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        ...headers,
      }),
    read: (path: string, token: string): Promise<Answer> =>
      send(`/api/v1${path}`, '', { authorization: `Bearer ${token}` }, 'GET'),
    remove: (path: string, token: string): Promise<Answer> =>
      send(`/api/v1${path}`, '', { authorization: `Bearer ${token}` }, 'DELETE'),
    json: (path: string, body: object, headers: Record<string, string>): Promise<Answer> =>
      send(path, JSON.stringify(body), { 'content-type': 'application/json', ...headers }),
    /** Any request, as it is. */
    send,
    close: () => agent.destroy(),
  };
};

export type Node = ReturnType<typeof nodeClient>;
