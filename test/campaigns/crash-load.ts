/** The load of the crash campaign: clients that ask for tokens of every kind, and write down what they got and what must never work again. */
import { clientAssertion, dpopProof, newKeyPair } from '../support/agent-keys.ts';
import { type Browser, walkAuthorization } from '../support/browser-flow.ts';
import { type Answer, type Credential, DEVICE_CODE } from '../support/oauth-calls.ts';
import { finishOnOurPages, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { type Ledger, type LoadClients, paced, type TokenKind, type Use } from './crash-ledger.ts';

/** Uses kept of each worker: only the last before a kill are interesting, and checking them takes time. */
const KEPT = 2;

export type Load = {
  /** From now on a broken connection is nothing to report. */
  expectKill(): void;
  /** Resolves when all clients have noticed that the server is gone. */
  stop(): Promise<void>;
};

/** Every kind of request, so many of them a second. Absent: tokens only, as fast as they are answered. */
export type LoadRate = LoadClients & { readonly rate: number };

export const startLoad = (scene: Scene, ledger: Ledger, rated?: LoadRate): Load => {
  const { calls, keyed, agent, app, jwt, opaque } = scene;
  const turn = paced(rated?.rate);
  let isKillExpected = false;
  let isStopped = false;
  const kept: Use[][] = [];

  const send = async <T>(request: () => Promise<T>): Promise<T> => {
    await turn();
    if (isStopped) throw new Stopped();
    ledger.requests += 1;
    const answer = await request();
    ledger.answers += 1;
    return answer;
  };

  /** Notes a token answer; answers whether it was one. */
  const note = (answer: Answer, kind: TokenKind): boolean => {
    if (answer.status === 200) {
      ledger.received.push({ token: String(answer.body['access_token']), kind });
      return true;
    }
    ledger.unexpected.push(`under load: ${answer.status} ${answer.text.slice(0, 200)}`);
    return false;
  };

  /** What a second use at the token endpoint came to. */
  const verdict = (answer: Answer, kind: TokenKind, refusal: RegExp): string => {
    if (answer.status === 200) {
      ledger.received.push({ token: String(answer.body['access_token']), kind });
      return 'works';
    }
    const told = `${answer.status} ${answer.body['error']}`;
    return refusal.test(told) ? 'over' : `${told} ${answer.text.slice(0, 200)}`;
  };

  /** Uses a one-time thing, and remembers it. Throws what the request throws. */
  const once = async <T>(
    uses: Use[],
    what: string,
    use: () => Promise<T>,
    isUsed: (answer: T) => boolean,
    again: () => Promise<string>,
  ): Promise<T> => {
    let sentAt = performance.now();
    try {
      const answer = await send(() => {
        sentAt = performance.now();
        return use();
      });
      if (isUsed(answer)) uses.push({ what, at: performance.now(), again });
      if (uses.length > KEPT) uses.shift();
      return answer;
    } catch (error) {
      if (isKillExpected && !(error instanceof Stopped)) ledger.inDoubt.push({ what, at: sentAt, again });
      throw error;
    }
  };

  const ownTokens = (resource: string, credential: () => Credential) => async (): Promise<void> => {
    const own = { grant_type: 'client_credentials', resource };
    note(await send(() => calls.token(credential(), own)), 'ClientCredentials');
  };

  /** A code or token that a client redeems with its key. */
  const redeem = async (
    uses: Use[],
    parameters: Readonly<Record<string, string>>,
    onSent: () => void = () => undefined,
  ): Promise<string | undefined> => {
    const use = () => {
      onSent();
      return calls.token(keyed(app), parameters);
    };
    const what = String(parameters['grant_type']);
    const answer = await once(
      uses,
      what,
      use,
      ({ status }) => status === 200,
      async () => verdict(await use(), 'AccessToken', /^400 invalid_grant$/),
    );
    return note(answer, 'AccessToken') ? String(answer.body['refresh_token']) : undefined;
  };

  /** A sign-in, then refreshes one after the other. */
  const person = async (
    resource: string,
    uses: Use[],
    newCode: () => Promise<Record<string, string>>,
  ): Promise<void> => {
    let refreshToken = await redeem(uses, await newCode());
    for (let time = 0; time < 5 && refreshToken !== undefined && !isStopped; time += 1)
      refreshToken = await redeem(uses, { grant_type: 'refresh_token', refresh_token: refreshToken, resource });
  };

  /** A code by way of a pushed request, whose URI works once. */
  const pushedCode = async (uses: Use[], browser: Browser): Promise<Record<string, string>> => {
    const request = scene.authorizationRequest(app, { scope: 'openid offline_access read', resource: jwt.identifier });
    const pushed = await send(() => calls.push(keyed(app), request.parameters));
    if (pushed.status !== 201) throw new Error(`not pushed: ${pushed.status} ${pushed.text}`);
    const query = new URLSearchParams({ client_id: app.clientId, request_uri: String(pushed.body['request_uri']) });
    const open = async () => await browser.open(`${calls.endpoints.authorization}?${query}`);
    const page = await once(
      uses,
      'request_uri',
      open,
      ({ left }) => left !== undefined,
      async () => {
        const { left, status } = await open();
        if (left?.searchParams.has('code')) return 'works';
        return left !== undefined || status === 400 ? 'over' : `${status}`;
      },
    );
    if (!page.left) throw new Error(`no code: ${page.status} ${page.text.slice(0, 300)}`);
    return codeParameters(page.left, request.verifier, jwt.identifier);
  };

  /** Refreshes one after the other with no end; what was received before a kill goes on after it. */
  const faithful = async (browser: Browser, held: Map<Browser, string>): Promise<void> => {
    const resource = jwt.identifier;
    const refreshToken = held.get(browser);
    held.delete(browser);
    const parameters =
      refreshToken === undefined
        ? await send(() => plainCode(browser, resource))
        : { grant_type: 'refresh_token', refresh_token: refreshToken, resource };
    let isSent = false;
    try {
      // Not kept for a second use, which would end the family.
      const next = await redeem([], parameters, () => {
        isSent = true;
      });
      if (next !== undefined) held.set(browser, next);
    } catch (error) {
      if (!isSent && refreshToken !== undefined) held.set(browser, refreshToken);
      throw error;
    }
  };

  const plainCode = async (browser: Browser, resource: string): Promise<Record<string, string>> => {
    const request = scene.authorizationRequest(app, { scope: 'openid offline_access read', resource });
    return codeParameters(await walkAuthorization(browser, request.url), request.verifier, resource);
  };
  const codeParameters = (left: URL, verifier: string, resource: string): Record<string, string> => ({
    grant_type: 'authorization_code',
    code: scene.codeFrom(left),
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
    resource,
  });

  const device = async (uses: Use[], browser: Browser): Promise<void> => {
    const asked = { scope: 'openid offline_access read', resource: jwt.identifier };
    const { body } = await send(() => calls.device(keyed(app), asked));
    const page = await send(() => browser.open(String(body['verification_uri_complete'])));
    await finishOnOurPages(browser, page, { person: scene.person });
    const parameters = { grant_type: DEVICE_CODE, device_code: String(body['device_code']), resource: jwt.identifier };
    await redeem(uses, parameters);
  };

  const own = { grant_type: 'client_credentials', resource: jwt.identifier };

  const assertion = async (uses: Use[]): Promise<void> => {
    const { clientId } = agent;
    const credential = { kind: 'assertion', clientId, assertion: await clientAssertion(agent, scene.issuer) } as const;
    const use = () => calls.token(credential, own);
    const again = async (): Promise<string> => verdict(await use(), 'ClientCredentials', /^401 invalid_client$/);
    const isUsed = ({ status }: Answer): boolean => status === 200;
    note(await once(uses, 'client assertion', use, isUsed, again), 'ClientCredentials');
  };

  const proof = async (uses: Use[]): Promise<void> => {
    const dpop = await dpopProof(await newKeyPair(), { method: 'POST', url: calls.endpoints.token });
    const use = () => calls.token(rated?.backEnd ?? keyed(agent), own, { headers: { dpop } });
    const again = async (): Promise<string> =>
      verdict(await use(), 'ClientCredentials', /^400 invalid_(dpop_proof|grant)$/);
    const isUsed = ({ status }: Answer): boolean => status === 200;
    note(await once(uses, 'DPoP proof', use, isUsed, again), 'ClientCredentials');
  };

  /** A token that is ended again: asking for it once more must find it ended. */
  const revocation = async (uses: Use[], resource: string, { credential }: typeof jwt): Promise<void> => {
    const by = rated?.backEnd ?? keyed(agent);
    const given = await send(() => calls.token(by, { grant_type: 'client_credentials', resource }));
    if (!note(given, 'ClientCredentials')) return;
    const token = String(given.body['access_token']);
    const revoke = () => calls.revoke(by, token);
    const answer = await once(
      uses,
      'revoked token',
      revoke,
      ({ status }) => status === 200,
      async () => {
        const { status, body } = await calls.introspect(credential, token);
        if (status !== 200) return `introspection ${status}`;
        return body['active'] === false ? 'over' : 'works';
      },
    );
    if (answer.status !== 200) ledger.unexpected.push(`under load: revocation ${answer.status} ${answer.text}`);
  };

  const consentedToken = async (): Promise<string> => {
    const token = String((await scene.newTokens(opaque.identifier, 'openid read write'))['access_token']);
    ledger.received.push({ token, kind: 'AccessToken' });
    await scene.consentToAgent(agent, token, jwt.identifier);
    return token;
  };
  let subject: Promise<string> | undefined;
  const subjectToken = (): Promise<string> => {
    subject ??= consentedToken();
    return subject;
  };
  const delegated = async (): Promise<void> => {
    const token = await subjectToken();
    note(await send(() => calls.exchange(keyed(agent), token, jwt.identifier)), 'AccessToken');
  };
  /** In the browser that the person consents in: a sign-in beside the consent would replace the session its form belongs to. */
  const personAfterConsent = async (resource: string, uses: Use[]): Promise<void> => {
    await subjectToken();
    await person(resource, uses, () => scene.newCode(resource));
  };

  const worker = async (step: (uses: Use[]) => Promise<void>): Promise<void> => {
    const uses: Use[] = [];
    kept.push(uses);
    while (!isStopped) {
      try {
        await step(uses);
      } catch (error) {
        if (error instanceof Stopped) return;
        // The server was killed in the middle of it: what did not arrive was not received.
        if (!isKillExpected) ledger.unexpected.push(`under load: ${(error as Error).stack}`);
        return;
      }
    }
  };
  const times = (count: number, step: (uses: Use[]) => Promise<void>): Promise<void>[] =>
    Array.from({ length: count }, () => worker(step));

  const both = [jwt, opaque];
  const ownByKey = both.map(({ identifier }) => ownTokens(identifier, () => keyed(agent)));
  /** The person signs in by the browser's session, with a pushed request or without. */
  const byBrowser = (browser: Browser, index: number) => async (uses: Use[]) => {
    if (rated !== undefined && index % 4 === 3) return faithful(browser, rated.held);
    if (index === 0) return device(uses, browser);
    if (index % 2 === 0) return person(jwt.identifier, uses, () => pushedCode(uses, browser));
    return person(opaque.identifier, uses, () => send(() => plainCode(browser, opaque.identifier)));
  };
  const workers = [
    ...times(2, delegated),
    ...(rated === undefined
      ? [
          ...ownByKey.flatMap((step) => times(3, step)),
          ...both.map(({ identifier }) => worker((uses) => personAfterConsent(identifier, uses))),
        ]
      : [
          ...ownByKey.map((step) => worker(step)),
          ...both.flatMap(({ identifier }) =>
            times(
              4,
              ownTokens(identifier, () => rated.backEnd),
            ),
          ),
          ...rated.browsers.map((browser, index) => worker(byBrowser(browser, index))),
          ...times(2, assertion),
          ...times(2, proof),
          ...both.map((service) => worker((uses) => revocation(uses, service.identifier, service))),
        ]),
  ];
  return {
    expectKill() {
      isKillExpected = true;
    },
    async stop() {
      isStopped = true;
      await Promise.all(workers);
      ledger.used.push(...kept.flat());
    },
  };
};

/** The load is over: nothing was sent. */
class Stopped extends Error {}
