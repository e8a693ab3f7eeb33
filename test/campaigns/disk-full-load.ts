/** The load of the disk-full campaign: strangers from many networks, and clients with credentials, at the limits of an installation. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { formOf, type Parameters } from '../support/oauth-calls.ts';
import { codeRequest } from '../support/public-client.ts';
import { REDIRECT_URI, type Scene } from '../support/scene.ts';
import type { Random } from './campaign.ts';
import type { TokenKind } from './crash-ledger.ts';

const NETWORKS = 48;
const CLIENTS = 6;
/** Requests under way at once, of strangers and of clients. */
const STRANGERS = 12;
const KNOWN = 12;
/** Characters of `state` and `nonce` that strangers and clients let the server keep: as many as are taken. */
const [STATE, NONCE] = [4096, 1000];

type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

/** What was answered as done, and must be found again. */
export type Acknowledged = {
  readonly received: { readonly token: string; readonly kind: TokenKind }[];
  /** Ids of clients that the management API said it made. */
  readonly clients: string[];
  readonly kills: string[];
};

export type BackEnd = { readonly id: string; readonly secret: string };

export const backEnds = (scene: Scene, count = CLIENTS): Promise<readonly BackEnd[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, number) => {
      const made = await scene.management.createClient({
        name: `Back end ${number}`,
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: ['authorization_code', 'client_credentials'],
        redirect_uris: [REDIRECT_URI],
        authority: { [scene.jwt.identifier]: ['read'], [scene.opaque.identifier]: ['read'] },
      });
      return { id: made.id, secret: String(made['client_secret']) };
    }),
  );

export type DiskLoad = {
  /** Requests so far, and how they were answered. */
  readonly counts: Record<string, number>;
  /** Answers that no caller should see. */
  readonly unexpected: string[];
  /** From now on a connection that breaks is nothing to report. */
  expectKill(): void;
  stop(): Promise<void>;
};

export const startDiskLoad = (
  scene: Scene,
  clients: readonly BackEnd[],
  publicClient: string,
  acknowledged: Acknowledged,
  random: Random,
): DiskLoad => {
  const { endpoints } = scene.calls;
  const agents = Array.from(
    { length: NETWORKS },
    (_, index) => new Agent({ keepAlive: true, maxSockets: 4, localAddress: `127.${10 + index}.${index}.1` }),
  );
  const counts: Record<string, number> = {};
  const unexpected: string[] = [];
  let isStopped = false;
  let isKillExpected = false;

  const send = (
    url: string,
    from: number,
    form?: Parameters,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const body = form === undefined ? undefined : String(formOf(form));
      const { port, pathname, search, host } = new URL(url);
      const sending = request(
        {
          agent: agents[from % NETWORKS],
          host: '127.0.0.1',
          port,
          path: `${pathname}${search}`,
          method: body === undefined ? 'GET' : 'POST',
          headers: {
            host,
            ...(body === undefined
              ? {}
              : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }),
            ...headers,
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
          response.on('error', reject);
        },
      );
      sending.on('error', reject);
      sending.end(body);
    });

  const note = (who: string, { status, headers, text }: Reply): void => {
    const key = `${who} ${status}`;
    counts[key] = (counts[key] ?? 0) + 1;
    const isBroken = status >= 500 && status !== 503;
    if (isBroken || (status === 503 && headers['retry-after'] === undefined)) {
      unexpected.push(`${who}: ${status} ${text.slice(0, 200)}`);
    }
  };

  const filler = (length: number): string => {
    let text = '';
    while (text.length < length) text += random.next().toString(36).slice(2);
    return text.slice(0, length);
  };
  const [state, nonce] = [filler(STATE), filler(NONCE)];

  const asked = (clientId: string): Parameters => ({
    ...codeRequest(clientId, { redirect_uri: REDIRECT_URI }),
    state,
    nonce,
  });

  const stranger = async (from: number): Promise<void> => {
    const of = random.pick(clients);
    const step = random.pick(['authorization', 'pushed', 'device', 'end'] as const);
    if (step === 'authorization') {
      const query = formOf(asked(of.id));
      note('stranger', await send(`${endpoints.authorization}?${query}`, from));
    } else if (step === 'pushed') {
      note('stranger', await send(endpoints.par, from, asked(random.pick([publicClient, 'account-pages']))));
    } else if (step === 'device') note('stranger', await send(`${scene.issuer}/device`, from));
    else note('stranger', await send(`${scene.issuer}/session/end`, from));
  };

  const known = async (from: number): Promise<void> => {
    const { id, secret } = random.pick(clients);
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    const isPush = random.chance(0.7);
    if (isPush) {
      note('client', await send(endpoints.par, from, asked(id), { authorization }));
      return;
    }
    const server = random.pick([scene.jwt, scene.opaque]);
    const own = { grant_type: 'client_credentials', resource: server.identifier };
    const reply = await send(endpoints.token, from, own, { authorization });
    note('client', reply);
    if (reply.status === 200) {
      const { access_token: token } = JSON.parse(reply.text) as { access_token: string };
      acknowledged.received.push({ token, kind: 'ClientCredentials' });
    }
  };

  const worker = async (step: (from: number) => Promise<void>, from: number): Promise<void> => {
    for (let turn = from; !isStopped; turn += 7) {
      try {
        await step(turn);
      } catch (error) {
        if (!isKillExpected) unexpected.push(`a connection broke: ${(error as Error).message}`);
        if (isKillExpected) return;
      }
    }
  };
  const workers = [
    ...Array.from({ length: STRANGERS }, (_, index) => worker(stranger, index)),
    ...Array.from({ length: KNOWN }, (_, index) => worker(known, 100 + index)),
  ];
  return {
    counts,
    unexpected,
    expectKill() {
      isKillExpected = true;
    },
    async stop() {
      isStopped = true;
      await Promise.all(workers);
      for (const agent of agents) agent.destroy();
    },
  };
};
