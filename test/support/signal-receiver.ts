/** A receiver of security events at a server under test: its client, token, calls, and an https endpoint for pushed events. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import type { LocalAuthority } from './local-authority.ts';
import type { Management } from './management.ts';
import { type Answer, answerOf, post } from './oauth-calls.ts';
import { until } from './until.ts';

export const PUSH = 'urn:ietf:rfc:8935';
export const POLL = 'urn:ietf:rfc:8936';
export const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
export const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';
export const OURS = 'urn:behalf:secevent:event-type:';
export const VERIFICATION = 'https://schemas.openid.net/secevent/ssf/event-type/verification';

export type ReceivedSet = JWTPayload & {
  readonly sub_id: Readonly<Record<string, unknown>>;
  readonly events: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

export type SignalReceiverUnderTest = Awaited<ReturnType<typeof makeSignalReceiver>>;

/** `isKnown: false`: the client has the scopes, and is no receiver. */
export const makeSignalReceiver = async (
  { issuer, management }: { readonly issuer: string; readonly management: Management },
  settings: Readonly<Record<string, unknown>> & { readonly name: string },
  { isKnown = true, scope = 'ssf.manage' }: { readonly isKnown?: boolean; readonly scope?: string } = {},
) => {
  const base = `${issuer}/ssf/v1`;
  const client = await management.createClient({
    name: `Client of ${settings.name}`,
    grant_types: ['client_credentials'],
    authority: { [base]: [scope] },
  });
  const made = isKnown
    ? await management.call('POST', '/signal-receivers', { client: client.id, ...settings })
    : undefined;
  if (made && made.status !== 201) throw new Error(`no receiver: ${made.text}`);
  const basic = Buffer.from(`${client.id}:${String(client['client_secret'])}`).toString('base64');
  const token = await post(
    `${issuer}/token`,
    { grant_type: 'client_credentials', resource: base, scope },
    { authorization: `Basic ${basic}` },
  );
  if (token.status !== 200) throw new Error(`no token for the receiver: ${token.text}`);
  const bearer = String(token.body['access_token']);

  const call = async (
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Answer & { readonly headers: Headers }> => {
    const response = await fetch(path.startsWith('http') ? path : `${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${bearer}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const { headers } = response;
    return { ...(await answerOf(response)), headers };
  };

  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  /** As an independent receiver verifies a SET: issuer, audience, type and algorithm. */
  const verified = async (set: string): Promise<ReceivedSet> => {
    const { payload } = await jwtVerify<ReceivedSet>(set, keys, {
      ...{ issuer, audience: String(made?.body['audience']), typ: 'secevent+jwt', algorithms: ['RS256'] },
    });
    return payload;
  };

  return {
    id: String(made?.body['id']),
    client: client.id,
    /** With which the client gets tokens for `scope`. */
    credential: { kind: 'basic', clientId: client.id, secret: String(client['client_secret']) } as const,
    bearer,
    call,
    verified,
    /** Creates a stream and returns its id. */
    async stream(given: Readonly<Record<string, unknown>> = {}): Promise<string> {
      const answer = await call('POST', '/streams', given);
      if (answer.status !== 201) throw new Error(`no stream: ${answer.text}`);
      return String(answer.body['stream_id']);
    },
    /** The verified SETs of one poll. */
    async poll(stream: string, body: Readonly<Record<string, unknown>> = { returnImmediately: true }) {
      const answer = await call('POST', `/streams/${stream}/poll`, body);
      const sets = Object.values((answer.body['sets'] ?? {}) as Readonly<Record<string, string>>);
      return { ...answer, sets: await Promise.all(sets.map(verified)) };
    },
  };
};

type Pushed = { readonly headers: IncomingHttpHeaders; readonly body: string };

/** An https endpoint on loopback that keeps what is pushed to it, and answers as a test says. */
export const pushEndpoint = async (authority: LocalAuthority) => {
  const received: Pushed[] = [];
  const answering = { push: (_: Pushed, response: ServerResponse): void => void response.writeHead(202).end() };
  const served = await authority.serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const pushed = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
    received.push(pushed);
    answering.push(pushed, response);
  });
  return {
    ...served,
    url: `${served.origin}/events`,
    received,
    answering,
    refuse(err: string, description?: string): void {
      answering.push = (_, response) =>
        void response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ err, description }));
    },
    answerWith(status: number, headers: OutgoingHttpHeaders = {}): void {
      answering.push = (_, response) => void response.writeHead(status, headers).end();
    },
    /** Takes requests, and does not answer. */
    fallSilent(): void {
      answering.push = () => undefined;
    },
    accept(): void {
      answering.push = (_, response) => void response.writeHead(202).end();
    },
    async count(least: number): Promise<void> {
      await until(() => received.length >= least, { what: `${least} pushed events` });
    },
  };
};

/** The one event of a SET: its type and members. */
export const eventIn = ({
  events,
}: Pick<ReceivedSet, 'events'>): readonly [string, Readonly<Record<string, unknown>>] => {
  const [only, ...others] = Object.entries(events);
  if (!only || others.length > 0) throw new Error('a SET has one event');
  return only;
};
