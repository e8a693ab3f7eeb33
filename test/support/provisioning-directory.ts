/** A directory to which a server under test pushes: another server of ours behind https, which a test disturbs. */
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { type DirectoryUnderTest, makeDirectory } from './directory.ts';
import type { LocalAuthority } from './local-authority.ts';
import { type Management, managementFromKeyFile } from './management.ts';
import { type RunningServer, runServer } from './running-server.ts';

export type Disturbance = {
  /** Answers in place of the directory. */
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
};

/** What a test does with a request: undefined lets it pass. `lose`: the directory handles it, and its answer gets lost. */
type Disturb = (method: string, path: string) => Disturbance | 'lose' | undefined;

export type ProvisioningDirectory = {
  readonly server: RunningServer;
  readonly management: Management;
  /** Calls of the SCIM endpoints there, as another client. */
  readonly directory: DirectoryUnderTest;
  /** What the configuration has to name. */
  readonly host: string;
  readonly url: string;
  readonly token: string;
  /** `POST /Agents` and so on, without the query, in their order. */
  readonly requests: string[];
  disturb(disturb: Disturb | undefined): void;
  /** Called after the directory has handled a request, before its answer goes back. */
  onHandled(handled: ((method: string, path: string) => void) | undefined): void;
  close(): Promise<void>;
};

export const provisioningDirectory = async (authority: LocalAuthority): Promise<ProvisioningDirectory> => {
  const server = await runServer();
  const management = await managementFromKeyFile(server.administratorKeyFile);
  const { id: agent_blueprint } = await management.createBlueprint({ name: 'From elsewhere' });
  const directory = await makeDirectory(
    { issuer: server.issuer, management },
    { name: 'Elsewhere', agent_blueprint, most_deactivations: 1000 },
  );
  const requests: string[] = [];
  let disturb: Disturb | undefined;
  let handled: ((method: string, path: string) => void) | undefined;
  const { hostname, port, host } = new URL(server.issuer);

  const forward = (request: IncomingMessage, response: ServerResponse, isLost: boolean): void => {
    const { method = 'GET', url: path = '/' } = request;
    const out = httpRequest(
      { hostname, port, method, path, agent: false, headers: { ...request.headers, host } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          handled?.(method, path);
          if (isLost) response.destroy();
          else response.writeHead(answer.statusCode ?? 500, answer.headers).end(Buffer.concat(chunks));
        });
      },
    );
    out.on('error', () => response.destroy());
    request.pipe(out);
  };

  const served = await authority.serve((request, response) => {
    const path = (request.url ?? '').replace('/scim/v2', '').split('?', 1)[0] ?? '';
    const { method = 'GET' } = request;
    requests.push(`${method} ${path}`);
    const what = disturb?.(method, path);
    if (what === undefined || what === 'lose') {
      forward(request, response, what === 'lose');
      return;
    }
    request.resume();
    response.writeHead(what.status, { 'content-type': 'application/scim+json', ...what.headers }).end(what.body ?? '');
  });

  return {
    ...{ server, management, directory, requests },
    host: served.host,
    url: `${served.origin}/scim/v2`,
    token: directory.bearer,
    disturb(next) {
      disturb = next;
    },
    onHandled(next) {
      handled = next;
    },
    async close() {
      await served.close();
      await server.close();
    },
  };
};

/** All agents of the directory there, by externalId. Those that have none are left out. */
export const agentsThere = async ({ directory }: Pick<ProvisioningDirectory, 'directory'>) => {
  const all = new Map<string, Readonly<Record<string, unknown>>[]>();
  const { body } = await directory.call('GET', '/Agents?count=200');
  for (const one of body['Resources'] as readonly Readonly<Record<string, unknown>>[]) {
    const { externalId } = one;
    if (typeof externalId === 'string') all.set(externalId, [...(all.get(externalId) ?? []), one]);
  }
  return all;
};
