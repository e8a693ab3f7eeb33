/** The load of the soak campaign: honest clients, agents and people with every kind of grant, and strangers beside them. */
import { clientAssertion, newKeyPair } from '../support/agent-keys.ts';
import { type Browser, newBrowser, walkAuthorization } from '../support/browser-flow.ts';
import { type Answer, CIBA, type Credential, DEVICE_CODE, EXCHANGE, post } from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import { finishOnOurPages, REDIRECT_URI, type Scene } from '../support/scene.ts';
import type { Random } from './campaign.ts';
import { paced } from './crash-ledger.ts';

/** What one kind of client did: steps that were done, those a busy server put off with 503, and what else was answered. */
export type Tally = { done: number; busy: number; readonly failed: string[]; failures: number };

export type SoakLoad = {
  readonly honest: ReadonlyMap<string, Tally>;
  /** Answers to strangers by status. */
  readonly noise: ReadonlyMap<number, number>;
  /** Honest steps that were done so far. */
  steps(): number;
  stop(): Promise<void>;
};

const PEOPLE = 3;
const SCOPE = 'openid offline_access read write';
/** An agent asks one person 1000 times an hour at most (`approvals.perHour`). */
const APPROVALS_A_SECOND = 0.25;
/** Kept of what failed, to be told. */
const TOLD = 3;

/** `rate`: requests a second of all honest clients together; strangers send half as many again. */
export const startSoakLoad = async (
  scene: Scene,
  { rate, random }: { readonly rate: number; readonly random: Random },
): Promise<SoakLoad> => {
  const { calls, keyed, app, agent, jwt, opaque, issuer, management, person } = scene;
  const turn = paced(rate);
  const strangersTurn = paced(rate / 2);
  const honest = new Map<string, Tally>();
  const noise = new Map<number, number>();
  let isStopped = false;

  const backEnd = await management.createClient({
    name: 'Back end',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
    authority: { [jwt.identifier]: ['read'], [opaque.identifier]: ['read'] },
  });
  const bySecret: Credential = { kind: 'basic', clientId: backEnd.id, secret: String(backEnd['client_secret']) };
  const askerKey = await newKeyPair();
  const made = await management.createAgent({
    name: 'Asks first',
    owner: scene.accountId,
    purpose: 'Asks people before it acts',
    environment: 'test',
    jwks: { keys: [askerKey.publicJwk] },
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token', EXCHANGE, CIBA],
    resource_servers: [jwt.id],
  });
  const asker = { clientId: made.id, key: askerKey };

  const granted = (answer: Answer): string => {
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text.slice(0, 200)}`);
    return String(answer.body['access_token'] ?? '');
  };
  const codeOf = async (browser: Browser, identity = app, resource = jwt.identifier, isPushed = false) => {
    const both = identity === app ? [jwt.identifier, opaque.identifier] : resource;
    const request = scene.authorizationRequest(identity, { scope: SCOPE, resource: both });
    let url = request.url;
    if (isPushed) {
      const pushed = await calls.push(keyed(identity), request.parameters);
      if (pushed.status !== 201) throw new Error(`not pushed: ${pushed.status} ${pushed.text.slice(0, 200)}`);
      url = `${calls.endpoints.authorization}?${new URLSearchParams({ client_id: identity.clientId, request_uri: String(pushed.body['request_uri']) })}`;
    }
    const left = await walkAuthorization(browser, url, { person });
    return {
      grant_type: 'authorization_code',
      code: scene.codeFrom(left),
      redirect_uri: REDIRECT_URI,
      code_verifier: request.verifier,
      resource,
    };
  };

  const own = (resource: string) => ({ grant_type: 'client_credentials', resource });

  /** A sign-in by the browser, then refreshes one after the other; ends what it got. */
  const signIn = (isPushed: boolean) => {
    const browser = newBrowser(issuer);
    return async (): Promise<void> => {
      const resource = isPushed ? jwt.identifier : opaque.identifier;
      let answer = await calls.token(keyed(app), await codeOf(browser, app, resource, isPushed));
      for (let time = 0; time < 4 && !isStopped; time += 1) {
        granted(answer);
        const refresh_token = String(answer.body['refresh_token']);
        await turn();
        answer = await calls.token(keyed(app), { grant_type: 'refresh_token', refresh_token, resource });
      }
      granted(answer);
      await turn();
      const ended = await calls.revoke(keyed(app), String(answer.body['refresh_token']));
      if (ended.status !== 200) throw new Error(`revocation ${ended.status}`);
    };
  };

  const device = (() => {
    const browser = newBrowser(issuer);
    return async (): Promise<void> => {
      const asked = await calls.device(keyed(app), { scope: SCOPE, resource: jwt.identifier });
      const page = await browser.open(String(asked.body['verification_uri_complete']));
      await finishOnOurPages(browser, page, { person });
      const device_code = String(asked.body['device_code']);
      granted(await calls.token(keyed(app), { grant_type: DEVICE_CODE, device_code, resource: jwt.identifier }));
    };
  })();

  const exchange = (() => {
    const browser = newBrowser(issuer);
    return async (): Promise<void> => {
      const subject = granted(await calls.token(keyed(app), await codeOf(browser, app, opaque.identifier)));
      for (let time = 0; time < 5 && !isStopped; time += 1) {
        await turn();
        const answer = await calls.exchange(keyed(agent), subject, jwt.identifier);
        if (answer.status === 200) continue;
        // What the person allowed the agent has ended: they allow it once more.
        await scene.consentToAgent(agent, subject, jwt.identifier);
      }
    };
  })();

  /** The agent asks for one action, the person approves it on its page, and the agent fetches its token (CIBA). */
  const approval = (() => {
    const browser = newBrowser(issuer);
    const itsTurn = paced(APPROVALS_A_SECOND);
    let allowedUntil = 0;
    return async (): Promise<void> => {
      await itsTurn();
      if (performance.now() > allowedUntil) {
        granted(await calls.token(keyed(asker), await codeOf(browser, asker)));
        allowedUntil = performance.now() + 120_000;
      }
      const asked = await calls.backchannel(keyed(asker), {
        scope: 'openid read',
        resource: jwt.identifier,
        login_hint: person.username,
        binding_message: `Run ${random.integer(1_000_000)}`,
      });
      if (asked.status !== 200) throw new Error(`not asked: ${asked.status} ${asked.text.slice(0, 200)}`);
      const inbox = await finishOnOurPages(browser, await browser.open(`${issuer}/account/approvals`), { person });
      const path = /href="([^"]*\/account\/approvals\/[a-z]+_[A-Za-z0-9_-]+)"/.exec(inbox.html)?.[1];
      if (path === undefined) throw new Error(`no approval in the inbox: ${inbox.text.slice(0, 200)}`);
      // The session may have ended since the inbox.
      const page = await finishOnOurPages(browser, await browser.open(new URL(path, issuer).href), { person });
      const form = page.forms.find(({ buttons }) =>
        buttons.some(({ name, value }) => name === 'decision' && value === 'approve'),
      );
      if (!form) throw new Error(`no button that approves: ${page.text.slice(0, 200)}`);
      await browser.submit(page, form, { button: /decision=approve/ });
      granted(await calls.poll(keyed(asker), String(asked.body['auth_req_id'])));
    };
  })();

  const kinds: readonly (readonly [string, () => Promise<void>])[] = [
    [
      'assertion',
      async () =>
        void granted(
          await calls.token(
            { kind: 'assertion', clientId: agent.clientId, assertion: await clientAssertion(agent, issuer) },
            own(jwt.identifier),
          ),
        ),
    ],
    ['secret', async () => void granted(await calls.token(bySecret, own(opaque.identifier)))],
    [
      'proof',
      (() => {
        const key = newKeyPair();
        return async () => void granted(await calls.token(bySecret, own(jwt.identifier), { dpop: await key }));
      })(),
    ],
    ...Array.from({ length: PEOPLE }, () => ['code and refresh', signIn(false)] as const),
    ['pushed code and refresh', signIn(true)],
    ['device', device],
    ['exchange', exchange],
    ['approval', approval],
    [
      'introspection and revocation',
      async () => {
        const token = granted(await calls.token(bySecret, own(opaque.identifier)));
        await turn();
        const { body } = await calls.introspect(opaque.credential, token);
        if (body['active'] !== true) throw new Error('a token that was just given is not active');
        await turn();
        await calls.revoke(bySecret, token);
      },
    ],
  ];

  const worker = async ([name, step]: (typeof kinds)[number]): Promise<void> => {
    const tally = honest.get(name) ?? { done: 0, busy: 0, failed: [], failures: 0 };
    honest.set(name, tally);
    while (!isStopped) {
      await turn();
      try {
        await step();
        tally.done += 1;
      } catch (error) {
        if (isStopped) return;
        if (/\b503\b/.test((error as Error).message)) {
          tally.busy += 1;
          continue;
        }
        tally.failures += 1;
        if (tally.failed.length < TOLD) tally.failed.push(`${name}: ${(error as Error).message}`);
      }
    }
  };

  const strange = (length = 8): string =>
    random
      .next()
      .toString(36)
      .slice(2, 2 + length);
  const address = (): string =>
    random.chance(0.5)
      ? `2001:db8:${random.integer(65_536).toString(16)}:${random.integer(65_536).toString(16)}::1`
      : `198.${18 + random.integer(2)}.${random.integer(256)}.${random.integer(256)}`;
  const query = (client: string): string =>
    `${new URLSearchParams({
      client_id: client,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'openid read',
      state: strange(),
      code_challenge: newPkce().challenge,
      code_challenge_method: 'S256',
    })}`;

  /** What strangers send: nothing of it authenticates. */
  const strangers: readonly ((headers: Record<string, string>) => Promise<number>)[] = [
    async (headers) =>
      (await post(calls.endpoints.token, { grant_type: strange(), client_id: strange() }, headers)).status,
    async (headers) =>
      (
        await post(
          calls.endpoints.token,
          { grant_type: 'refresh_token', client_id: app.clientId, refresh_token: strange() },
          headers,
        )
      ).status,
    async (headers) => (await post(calls.endpoints.introspection, { token: strange() }, headers)).status,
    async (headers) => (await post(calls.endpoints.par, { client_id: strange(), scope: strange() }, headers)).status,
    async (headers) => (await post(calls.endpoints.device, { client_id: strange() }, headers)).status,
    async (headers) =>
      (await newBrowser(issuer, undefined, headers).open(`${calls.endpoints.authorization}?${query(app.clientId)}`))
        .status,
    async (headers) =>
      (await newBrowser(issuer, undefined, headers).open(`${calls.endpoints.authorization}?${query(strange())}`))
        .status,
    async (headers) => (await newBrowser(issuer, undefined, headers).open(`${issuer}/device`)).status,
    async (headers) => (await newBrowser(issuer, undefined, headers).open(calls.endpoints.endSession)).status,
    async (headers) => (await newBrowser(issuer, undefined, headers).open(`${issuer}/account`)).status,
    async (headers) => (await newBrowser(issuer, undefined, headers).open(`${issuer}/${strange()}`)).status,
  ];
  const stranger = async (): Promise<void> => {
    while (!isStopped) {
      await strangersTurn();
      const status = await random
        .pick(strangers)({ 'x-forwarded-for': address() })
        .catch(() => 0);
      noise.set(status, (noise.get(status) ?? 0) + 1);
    }
  };

  const running = [...kinds.map(worker), stranger(), stranger(), stranger(), stranger()];
  return {
    honest,
    noise,
    steps: () => [...honest.values()].reduce((sum, { done }) => sum + done, 0),
    async stop() {
      isStopped = true;
      await Promise.all(running);
    },
  };
};
