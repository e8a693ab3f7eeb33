/** The receivers of the campaign `signals`: endpoints and pollers that behave well, or fail in a way of their own. */
import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import type { LocalAuthority } from '../support/local-authority.ts';
import type { Management } from '../support/management.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { makeSignalReceiver, PUSH, type ReceivedSet } from '../support/signal-receiver.ts';
import type { CampaignRun } from './campaign.ts';
import { asked } from './edge-world.ts';
import type { Node } from './node-client.ts';
import type { Ledger, Scope, StreamLedger } from './signals-ledger.ts';

/** How an endpoint treats what is pushed to it. */
export const PUSHED = ['prompt', 'slow', 'returning', 'breaking', 'scoped'] as const;
/** How a poller treats what it gets. `unacknowledged`: half of its acknowledgements are lost. */
export const POLLED = ['polled', 'unacknowledged'] as const;
export type ReceiverName = (typeof PUSHED)[number] | (typeof POLLED)[number];

const SLOW_MS = 120;
const POLL_EVERY_MS = 400;
const AUTHORIZATION = 'Bearer secret of the endpoint';
/** Of a call that a busy machine answers with 503. */
const PATIENCE_MS = 120_000;
const TOKEN_LASTS_MS = 240_000;
/** Most events of a stream that leave the audit log before they are acknowledged (docs/explanation/decisions/0042). */
const MOST_HANDED = { push: 20, poll: 100 } as const;

export type Endpoint = Awaited<ReturnType<LocalAuthority['serve']>> & {
  use(answer: (body: string, authorization: string | undefined, response: ServerResponse) => void): void;
};

/** An endpoint whose answers are decided later: its address must be in the settings of the nodes. */
export const newEndpoint = async (authority: LocalAuthority): Promise<Endpoint> => {
  let answer: Parameters<Endpoint['use']>[0] = (_, __, response) => void response.writeHead(503).end();
  const served = await authority.serve(async (request, response) => {
    let body = '';
    try {
      for await (const chunk of request) body += String(chunk);
    } catch {
      return;
    }
    answer(body, request.headers.authorization, response);
  });
  return {
    ...served,
    use(next) {
      answer = next;
    },
  };
};

export type SignalReceivers = {
  /** Called with each new event that an endpoint has remembered, before it answers. */
  onRemembered(listener: (name: ReceiverName, set: ReceivedSet) => void): void;
  /** `good`: no receiver fails any more, and each says that it is back. */
  behave(how: 'good' | 'bad'): Promise<void>;
  /** How the endpoint that comes back is gone: it ends connections, or does not answer. */
  readonly gone: { is: false | 'cut' | 'silent' };
  /** A violation where the state of a stream holds more than its bound. */
  checkBounds(): Promise<void>;
  stop(): Promise<void>;
};

type Setup = {
  readonly run: CampaignRun;
  readonly issuer: string;
  readonly nodes: readonly Node[];
  readonly management: Management;
  readonly endpoints: Readonly<Record<(typeof PUSHED)[number], Endpoint>>;
  readonly ledger: Ledger;
  readonly scopes: Readonly<Record<ReceiverName, Scope>>;
};

type Stream = {
  readonly name: ReceiverName;
  readonly id: string;
  readonly ledger: StreamLedger;
  call(path: string, body: object): Promise<Answer>;
};

const SHORT: Readonly<Record<string, string>> = {
  'session-revoked': 'session_revoked',
  'account-disabled': 'account_disabled',
};

export const startReceivers = async (setup: Setup): Promise<SignalReceivers> => {
  const { run, issuer, nodes, management, endpoints, ledger, scopes } = setup;
  const keys = createLocalJWKSet((await (await fetch(`${issuer}/jwks`)).json()) as JSONWebKeySet);
  const listeners: ((name: ReceiverName, set: ReceivedSet) => void)[] = [];
  const gone: SignalReceivers['gone'] = { is: false };
  let isBad = true;
  let isStopped = false;

  const makeStream = async (name: ReceiverName): Promise<Stream> => {
    const { subjects, removed, events, isPersonal } = scopes[name];
    const receiver = await makeSignalReceiver(
      { issuer, management },
      {
        ...{ name, subjects, is_personal: isPersonal, audience: `https://${name}.example` },
        ...(events ? { events: events.map((event) => SHORT[event]) } : {}),
      },
    );
    const endpoint = Object.entries(endpoints).find(([one]) => one === name)?.[1];
    const url = endpoint && `${endpoint.origin}/events`;
    const delivery = { method: PUSH, endpoint_url: url, authorization_header: AUTHORIZATION };
    const id = await receiver.stream(url === undefined ? {} : { delivery });
    for (const sub of removed) {
      const subject = { format: 'iss_sub', iss: issuer, sub };
      const { status, text } = await receiver.call('POST', '/subjects/remove', { stream_id: id, subject });
      if (status !== 204) throw new Error(`a subject was not removed: ${text}`);
    }
    let token = { value: receiver.bearer, until: performance.now() + TOKEN_LASTS_MS };
    return {
      ...{ name, id, ledger: ledger.stream(name, scopes[name]) },
      async call(path, body) {
        const node = run.random.pick(nodes);
        if (performance.now() > token.until) {
          const form = { grant_type: 'client_credentials', resource: `${issuer}/ssf/v1`, scope: 'ssf.manage' };
          const { status, body: answered } = await node.oauth('/token', receiver.credential, form);
          if (status !== 200) throw new Error(`no token: ${status}`);
          token = { value: String(answered['access_token']), until: performance.now() + TOKEN_LASTS_MS };
        }
        return node.json(`/ssf/v1${path}`, body, { authorization: `Bearer ${token.value}` });
      },
    };
  };

  const remember = async ({ name, ledger: own }: Stream, text: string): Promise<void> => {
    const { payload } = await jwtVerify<ReceivedSet>(text, keys, {
      ...{ issuer, audience: `https://${name}.example`, typ: 'secevent+jwt', algorithms: ['RS256'] },
    });
    const before = own.counts.events;
    const wrong = own.heard(payload);
    if (wrong !== undefined) run.violation(wrong);
    if (own.counts.events > before) for (const listener of listeners) listener(name, payload);
  };

  const accept = (response: ServerResponse): void => void (response.destroyed || response.writeHead(202).end());

  const answers: Readonly<
    Record<(typeof PUSHED)[number], (keep: () => Promise<void>, response: ServerResponse) => Promise<void>>
  > = {
    async prompt(keep, response) {
      await keep();
      accept(response);
    },
    async scoped(keep, response) {
      await keep();
      accept(response);
    },
    async slow(keep, response) {
      if (isBad) await pause(SLOW_MS);
      await keep();
      accept(response);
    },
    async returning(keep, response) {
      if (gone.is === 'silent') return;
      if (gone.is === 'cut') return void response.destroy();
      await keep();
      accept(response);
    },
    // Killed before it remembers, or before its answer has left.
    async breaking(keep, response) {
      const how = isBad ? run.random.integer(4) : 3;
      if (how === 0) return void response.destroy();
      await keep();
      if (how === 1) return void response.destroy();
      accept(response);
    },
  };

  const streams: Stream[] = [];
  for (const name of PUSHED) {
    const stream = await makeStream(name);
    streams.push(stream);
    endpoints[name].use((body, authorization, response) => {
      if (authorization !== AUTHORIZATION) run.violation(`${name}: a push has the authorization ${authorization}`);
      answers[name](() => remember(stream, body), response).catch((error: Error) => {
        run.violation(`${name}: ${error.message}`);
        response.destroy();
      });
    });
  }

  const poller = async (stream: Stream): Promise<void> => {
    let ack: string[] = [];
    while (!isStopped) {
      try {
        const isLost = stream.name === 'unacknowledged' && isBad && run.random.chance(0.5);
        const wanted = { returnImmediately: true, maxEvents: 20, ack: isLost ? [] : ack };
        const { status, body, text } = await stream.call(`/streams/${stream.id}/poll`, wanted);
        if (status === 200) {
          const sets = Object.values((body['sets'] ?? {}) as Readonly<Record<string, string>>);
          ack = Object.keys((body['sets'] ?? {}) as object);
          for (const set of sets) await remember(stream, set);
          if (sets.length > 0) continue;
        } else if (status !== 503 && status !== 429)
          run.violation(`${stream.name}: a poll got ${status} ${text.slice(0, 200)}`);
      } catch {
        // The node is gone. What was acknowledged may not have arrived.
      }
      await pause(POLL_EVERY_MS);
    }
  };
  for (const name of POLLED) streams.push(await makeStream(name));
  const polling = streams.filter(({ name }) => POLLED.some((one) => one === name)).map(poller);

  return {
    gone,
    onRemembered: (listener) => void listeners.push(listener),
    async behave(how) {
      isBad = how === 'bad';
      if (isBad) return;
      gone.is = false;
      // As a receiver that is back: the server tries again at once.
      for (const stream of streams) {
        const body = { stream_id: stream.id, status: 'enabled' };
        const answer = () => stream.call('/status', body).catch(() => ({ status: 0, text: '' }));
        await asked(answer, ({ status }) => status === 200, `${stream.name}: the status of its stream`, PATIENCE_MS);
      }
    },
    async checkBounds() {
      for (const { name, id } of streams) {
        const shown = () => management.call('GET', `/signal-streams/${id}`);
        const { body } = await asked(shown, ({ status }) => status === 200, `${name}: how its stream is`, PATIENCE_MS);
        const most = body['method'] === 'poll' ? MOST_HANDED.poll : MOST_HANDED.push;
        // And ten events about the stream itself.
        if (Number(body['waiting']) > most + 10)
          run.violation(`${name}: ${String(body['waiting'])} events left the log`);
        if (body['status'] !== 'enabled') run.violation(`${name}: the stream is ${String(body['status'])}`);
      }
    },
    async stop() {
      isStopped = true;
      await Promise.all(polling);
    },
  };
};
