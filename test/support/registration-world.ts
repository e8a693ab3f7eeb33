/**
 * Two servers on which clients and agents register themselves: one as it comes, one where any client may register as a public
 * client; and an owner with a blueprint at the first. Both believe the software statements of one issuer.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { AuditEvent, AuditEventType } from '../../src/domain/audit/audit-event.ts';
import { newKeyPair } from './agent-keys.ts';
import { type Answer, answerOf } from './oauth-calls.ts';
import { type RunningServer, runServer } from './running-server.ts';
import { makeScene } from './scene.ts';

export type Body = Readonly<Record<string, unknown>>;

export const REDIRECT = 'https://new.example.com/callback';
export const STATEMENT_ISSUER = 'https://vouches.example.com';

export const text = (body: Body, member: string): string => String(body[member]);

export const agentMetadata = async (more: Body = {}): Promise<Body> => ({
  client_name: 'Travel agent',
  agent_purpose: 'Books trains',
  agent_environment: 'test',
  jwks: { keys: [(await newKeyPair()).publicJwk] },
  grant_types: ['client_credentials'],
  ...more,
});

export const clientMetadata = (more: Body = {}): Body => ({ client_name: 'Wiki', redirect_uris: [REDIRECT], ...more });

const OURS = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
];

/** What a client may send back of what it was answered (RFC 7592 §2.2). */
export const sendable = (body: Body): Body =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !OURS.includes(name)));

type Sending = {
  readonly body?: unknown;
  readonly token?: string;
  readonly server?: RunningServer;
  readonly type?: string;
};

export type RegistrationWorld = Awaited<ReturnType<typeof registrationWorld>>;

/** `environment`: more settings of both servers. */
export const registrationWorld = async (environment: Readonly<Record<string, string>> = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-statements-'));
  const statementsFile = join(folder, 'issuers.json');
  const pair = await generateKeyPair('ES256');
  await writeFile(statementsFile, JSON.stringify({ [STATEMENT_ISSUER]: { keys: [await exportJWK(pair.publicKey)] } }));
  const settings = { BEHALF__REGISTRATION__SOFTWARESTATEMENTSFILE: statementsFile, ...environment };
  const closed = await runServer({ environment: settings });
  const open = await runServer({ environment: { ...settings, BEHALF__REGISTRATION__OPEN: 'true' } });
  const scene = await makeScene(closed);
  const { management } = scene;

  const account = await management.createAccount({ username: 'olga', name: 'Olga', password: 'another pass phrase' });
  const script = await management.newScript(account.id);
  const blueprint = (await management.createBlueprint({ name: 'Travel', purpose: 'Travels' })).id;

  const send = async (method: string, path: string, sending: Sending = {}): Promise<Answer> => {
    const { body, token, server = closed, type = 'application/json' } = sending;
    return answerOf(
      await fetch(path.startsWith('http') ? path : `${server.issuer}${path}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': type }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
  };
  const done = (answer: Answer): Body => {
    if (answer.status >= 300) throw new Error(`${answer.status} ${answer.text}`);
    return answer.body;
  };
  const newToken = async (members: Body = {}): Promise<Body> =>
    done(await management.call('POST', '/initial-access-tokens', { owner: account.id, ...members }));
  const tokenText = async (members: Body = {}) => text(await newToken(members), 'initial_access_token');

  const events = async (server: RunningServer, type: AuditEventType): Promise<readonly AuditEvent[]> => {
    await server.settled();
    return server.events(type);
  };

  return {
    closed,
    open,
    scene,
    owner: { id: account.id, script },
    blueprint,
    send,
    /** An initial access token of the owner's, as the management API answers it. */
    newToken,
    /** The same, its value alone. */
    tokenText,
    registeredAgent: async (more: Body = {}): Promise<Body> =>
      done(await send('POST', '/reg', { token: await tokenText({ blueprint }), body: await agentMetadata(more) })),
    registeredClient: async (more: Body = {}): Promise<Body> =>
      done(await send('POST', '/reg', { token: await tokenText(), body: clientMetadata(more) })),
    /** The owner answers for an agent. */
    accept: async (id: unknown): Promise<Body> =>
      done(await management.call('POST', `/agents/${id}/acceptance`, undefined, {}, script)),
    /** A request to the client configuration endpoint, with the token of the last answer. */
    manage: (method: string, registered: Body, body?: unknown, token = text(registered, 'registration_access_token')) =>
      send(method, text(registered, 'registration_client_uri'), { token, ...(body === undefined ? {} : { body }) }),
    events,
    /** What was answered, the newest refusal of a known caller, and everything counted of unknown ones. */
    async refusals(server: RunningServer, during: () => Promise<Answer>) {
      const before = (await events(server, 'registration.refused')).length;
      const answer = await during();
      const known = await events(server, 'registration.refused');
      const counted = await events(server, 'request.refused');
      return { answer, isRecorded: known.length === before + 1, last: known.at(-1), counted };
    },
    statement: async (claims: Body, more: { readonly iss?: string; readonly key?: CryptoKey } = {}): Promise<string> =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256' })
        .setIssuer(more.iss ?? STATEMENT_ISSUER)
        .sign(more.key ?? pair.privateKey),
    async close(): Promise<void> {
      await open.close();
      await closed.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
