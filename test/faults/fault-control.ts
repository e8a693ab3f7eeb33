/** Strikes at a faulty server from outside: PUT arms one (or none), GET says how often it has struck. */
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { FaultPoints, Strike } from './fault-points.ts';

const bodyOf = async (message: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

/** The server's side. */
export const serveControl =
  (points: Pick<FaultPoints, 'arm' | 'struck'>) =>
  async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(incoming);
    if (incoming.method === 'PUT') points.arm(body === '' ? undefined : (JSON.parse(body) as Strike));
    response.end(String(points.struck()));
  };

/** Our side. Throws when the server is gone. */
export const faultControl = (socketPath: string) => {
  const call = (method: string, body = ''): Promise<number> =>
    new Promise((resolve, reject) => {
      const outgoing = request({ socketPath, method, path: '/', agent: false }, (incoming) => {
        bodyOf(incoming).then((text) => resolve(Number(text)), reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return {
    arm: (strike: Strike): Promise<number> => call('PUT', JSON.stringify(strike)),
    disarm: (): Promise<number> => call('PUT'),
    struck: (): Promise<number> => call('GET'),
  };
};
