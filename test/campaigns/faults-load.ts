/** The load of the faults campaign: clients that go on after any answer, and write down what must hold afterwards. */

import { clientAssertion, dpopProof, newKeyPair } from '../support/agent-keys.ts';
import { newBrowser, walkAuthorization } from '../support/browser-flow.ts';
import type { Answer, Credential } from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import { REDIRECT_URI, type Scene } from '../support/scene.ts';
import type { Ledger, TokenKind, Use } from './crash-ledger.ts';

export type FaultLedger = Pick<Ledger, 'received' | 'unexpected'> & {
  /** Used, or revoked, with an answer: must be over. */
  readonly used: Use[];
  /** Used, and no answer came or a 503: works at most once more. */
  readonly inDoubt: Use[];
  /** Answers by status; 0: none. */
  readonly statuses: Record<number, number>;
};

export const newFaultLedger = (): FaultLedger => ({
  received: [],
  unexpected: [],
  used: [],
  inDoubt: [],
  statuses: {},
});

const KEPT = 30;
/** Longer than any answer may take. */
const DEADLINE_MILLISECONDS = 5_500;
const PAUSE_MILLISECONDS = 30;

export type FaultClients = Awaited<ReturnType<typeof faultClients>>;

/** The clients, made while everything works. */
export const faultClients = async ({ management, jwt }: Scene) => {
  const made = await management.createClient({
    name: 'Back end',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    redirect_uris: [REDIRECT_URI],
    skip_consent: true,
    authority: { [jwt.identifier]: ['read'] },
  });
  const credential: Credential = { kind: 'basic', clientId: made.id, secret: String(made['client_secret']) };
  return { id: made.id, credential };
};

export const startFaultLoad = (scene: Scene, clients: FaultClients, ledger: FaultLedger) => {
  const { calls, keyed, agent, jwt, opaque } = scene;
  let isStopped = false;
  const pause = (milliseconds = PAUSE_MILLISECONDS) => new Promise((done) => setTimeout(done, milliseconds));

  /** Undefined where no answer came: the server was killed in the middle, or refused the connection. */
  const noted = async (what: string, work: () => Promise<Answer>): Promise<Answer | undefined> => {
    const begin = performance.now();
    const answer = await work().catch(() => undefined);
    const took = performance.now() - begin;
    const status = answer?.status ?? 0;
    ledger.statuses[status] = (ledger.statuses[status] ?? 0) + 1;
    if (answer && status >= 500 && (status !== 503 || !answer.headers.has('retry-after'))) {
      ledger.unexpected.push(`${what}: ${status} ${answer.text.slice(0, 200)}`);
    }
    // A machine under load is slow; a server that was stopped answers when it goes on.
    if (answer && took > DEADLINE_MILLISECONDS && !isPausedServer) {
      ledger.unexpected.push(`${what}: an answer after ${Math.round(took)} ms`);
    }
    if (status !== 200 && status !== 201) await pause();
    return answer;
  };
  let isPausedServer = false;

  const keep = <T>(list: T[], one: T): void => {
    list.push(one);
    if (list.length > KEPT) list.shift();
  };
  const receive = (answer: Answer, kind: TokenKind): void => {
    ledger.received.push({ token: String(answer.body['access_token']), kind });
  };

  /** A one-time thing of a token request, used and remembered. */
  const once = async (
    what: string,
    kind: TokenKind,
    use: () => Promise<Answer>,
    refusal: RegExp,
  ): Promise<Answer | undefined> => {
    const at = performance.now();
    const again = async (): Promise<string> => {
      const answer = await use();
      if (answer.status === 200) receive(answer, kind);
      const told = `${answer.status} ${answer.body['error']}`;
      return answer.status === 200 ? 'works' : refusal.test(told) ? 'over' : `${told} ${answer.text.slice(0, 200)}`;
    };
    const answer = await noted(what, use);
    if (answer?.status === 200) {
      receive(answer, kind);
      keep(ledger.used, { what, at, again });
    } else if (answer === undefined || answer.status === 503) keep(ledger.inDoubt, { what, at, again });
    return answer;
  };

  const parameters = { grant_type: 'client_credentials', resource: jwt.identifier };
  const assertion = async (): Promise<void> => {
    const { clientId } = agent;
    const credential = { kind: 'assertion', clientId, assertion: await clientAssertion(agent, scene.issuer) } as const;
    const use = () => calls.token(credential, parameters);
    await once('client assertion', 'ClientCredentials', use, /^401 invalid_client$/);
  };
  const proof = async (): Promise<void> => {
    const dpop = await dpopProof(await proofKey, { method: 'POST', url: calls.endpoints.token });
    const use = () => calls.token(clients.credential, parameters, { headers: { dpop } });
    await once('DPoP proof', 'ClientCredentials', use, /^400 invalid_(dpop_proof|grant)$/);
  };
  const proofKey = newKeyPair();

  const own = async (credential: () => Credential, resource: string): Promise<void> => {
    const answer = await noted('client credentials', () =>
      calls.token(credential(), { grant_type: 'client_credentials', resource }),
    );
    if (answer?.status !== 200) return;
    receive(answer, 'ClientCredentials');
    const token = String(answer.body['access_token']);
    if (ledger.received.length % 5 !== 0) return;
    const at = performance.now();
    const revoked = await noted('revocation', () => calls.revoke(credential(), token));
    if (revoked?.status === 200) keep(ledger.used, { what: 'revoked token', at, again: () => isEnded(token) });
  };

  const isEnded = async (token: string): Promise<string> => {
    for (const { credential } of [jwt, opaque]) {
      const { status, body } = await calls.introspect(credential, token);
      if (status !== 200 || body['active'] !== false) return `${status} active ${String(body['active'])}`;
    }
    return 'over';
  };

  /** A sign-in in a browser of its own, by a pushed request or a plain one, and refreshes one after the other until one has no answer of tokens. */
  const person = async (isPushed: boolean): Promise<void> => {
    const { challenge, verifier } = newPkce();
    const request = {
      client_id: clients.id,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      scope: 'openid offline_access read',
      resource: jwt.identifier,
    };
    const pushed = isPushed && (await noted('pushed request', () => calls.push(clients.credential, request)));
    if (pushed === undefined || (pushed && pushed.status !== 201)) return;
    const asked = pushed ? { client_id: clients.id, request_uri: String(pushed.body['request_uri']) } : request;
    const url = `${calls.endpoints.authorization}?${new URLSearchParams(asked)}`;
    const left = await walkAuthorization(newBrowser(scene.issuer), url, {
      person: scene.person,
      onPage: ({ status, text }) => {
        if (status >= 500 && status !== 503) ledger.unexpected.push(`a page: ${status} ${text.slice(0, 200)}`);
      },
    }).catch(() => undefined);
    const code = left?.searchParams.get('code');
    if (!code) return void (await pause());
    const use = async (redeemed: Readonly<Record<string, string>>): Promise<string | undefined> => {
      const what = String(redeemed['grant_type']);
      const redeem = () => calls.token(clients.credential, redeemed);
      const answer = await once(what, 'AccessToken', redeem, /^400 invalid_grant$/);
      if (answer?.status !== 200) return undefined;
      return String(answer.body['refresh_token']);
    };
    let refreshToken = await use({
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
      code_verifier: verifier,
      resource: jwt.identifier,
    });
    for (let turn = 0; turn < 8 && refreshToken !== undefined && !isStopped; turn += 1) {
      refreshToken = await use({ grant_type: 'refresh_token', refresh_token: refreshToken, resource: jwt.identifier });
    }
  };

  const worker = async (step: () => Promise<void>): Promise<void> => {
    while (!isStopped) await step();
  };
  const workers = [
    worker(() => own(() => keyed(agent), jwt.identifier)),
    worker(() => own(() => keyed(agent), opaque.identifier)),
    worker(() => own(() => clients.credential, jwt.identifier)),
    worker(() => person(true)),
    worker(() => person(false)),
    worker(assertion),
    worker(proof),
  ];
  return {
    /** Answers may be late: the server itself stands still. */
    expectPause(): void {
      isPausedServer = true;
    },
    async stop(): Promise<void> {
      isStopped = true;
      await Promise.all(workers);
    },
  };
};
