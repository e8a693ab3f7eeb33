/** The races over HTTP: the same one-time credential sent by 64 connections at once to a real server. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { dpopProof, type Identity, keyPairFromJwk, newKeyPair } from '../support/agent-keys.ts';
import { ALLOW, fillForm, type Page } from '../support/browser-flow.ts';
import { type Answer, authentication, DEVICE_CODE, formOf, type Parameters } from '../support/oauth-calls.ts';
import { consentUrl, makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import type { CampaignRun } from './campaign.ts';
import { PARALLEL, type Race, runRaces } from './race.ts';
import { type ServerOn, startServerOn } from './server-on.ts';
import type { ServerStores } from './server-stores.ts';
import { sendAtOnce, type WireRequest } from './volley.ts';

type Attempt<T> = () => Promise<T>;

/** All at once, after every one of them is ready to go. */
const volley = async <T>(prepare: (index: number) => Promise<Attempt<T>>): Promise<readonly T[]> => {
  const attempts: Attempt<T>[] = [];
  for (let index = 0; index < PARALLEL; index += 1) attempts.push(await prepare(index));
  return Promise.all(attempts.map((attempt) => attempt()));
};

const tally = (answers: readonly string[]): string =>
  [...Map.groupBy(answers, (answer) => answer)].map(([answer, list]) => `${list.length}× ${answer}`).join(', ');

const describe = ({ status, body, text }: Answer): string =>
  `${status} ${body['error'] ?? (status === 200 ? '' : text.slice(0, 200))}`.trim();

/** The one winner of a volley of token requests; a text when there is not exactly one, or a loser lost in another way. */
const winnerOf = (answers: readonly Answer[], loser: RegExp): Answer | string => {
  const [winner, ...others] = answers.filter(({ status }) => status === 200);
  const odd = answers.filter((answer) => answer.status !== 200 && !loser.test(describe(answer)));
  return winner === undefined || others.length > 0 || odd.length > 0 ? tally(answers.map(describe)) : winner;
};

/** What is wrong with a token that was won, or undefined when it is live. */
const deadToken = async (scene: Scene, answer: Answer): Promise<string | undefined> => {
  const seen = await scene.calls.introspect(scene.jwt.credential, String(answer.body['access_token']));
  return seen.body['active'] === true ? undefined : `the winner's token does not work: ${seen.text}`;
};

const tokenRaces = (scene: Scene): readonly Race[] => {
  const { calls, jwt, app, agent, keyed } = scene;
  const { token } = calls.endpoints;
  const own = { grant_type: 'client_credentials', resource: jwt.identifier };

  /** A token request signed beforehand. */
  const ready = async (
    identity: Identity,
    parameters: Parameters,
    headers: Record<string, string> = {},
  ): Promise<WireRequest> => {
    const proof = await authentication(keyed(identity), scene.issuer);
    return { url: token, headers, body: String(formOf({ ...proof.parameters, ...parameters })) };
  };
  const race = async (
    prepare: () => Promise<WireRequest>,
    loser: RegExp,
    alsoWrong: (winner: Answer) => Promise<string | undefined> = async () => undefined,
  ): Promise<string | undefined> => {
    const requests: WireRequest[] = [];
    for (let index = 0; index < PARALLEL; index += 1) requests.push(await prepare());
    const winner = winnerOf(await sendAtOnce(requests), loser);
    if (typeof winner === 'string') return winner;
    return (await deadToken(scene, winner)) ?? (await alsoWrong(winner));
  };
  /** The family of the winner lives: its refresh token gives another pair. */
  const familyIsDead = async (winner: Answer): Promise<string | undefined> => {
    const again = await calls.token(keyed(app), {
      grant_type: 'refresh_token',
      refresh_token: String(winner.body['refresh_token']),
      resource: jwt.identifier,
    });
    return again.status === 200 ? deadToken(scene, again) : `the winner's refresh token does not work: ${again.text}`;
  };

  return [
    {
      name: 'authorization code',
      async trial() {
        const parameters = await scene.newCode(jwt.identifier);
        return race(() => ready(app, parameters), /^400 invalid_grant$/, familyIsDead);
      },
    },
    {
      name: 'rotated refresh token',
      async trial() {
        const tokens = await scene.newTokens(jwt.identifier);
        const parameters = {
          grant_type: 'refresh_token',
          refresh_token: String(tokens['refresh_token']),
          resource: jwt.identifier,
        };
        return race(() => ready(app, parameters), /^400 invalid_grant$/, familyIsDead);
      },
    },
    {
      name: 'device code',
      async trial() {
        const begun = await calls.device(keyed(app), { scope: 'openid offline_access read', resource: jwt.identifier });
        if (begun.status !== 200) return `no device code: ${begun.text}`;
        const page = await scene.walkConsent(await scene.browser.open(String(begun.body['verification_uri_complete'])));
        if (page.status !== 200) return `the device was not confirmed: ${page.status} ${page.text.slice(0, 300)}`;
        const parameters = {
          grant_type: DEVICE_CODE,
          device_code: String(begun.body['device_code']),
          resource: jwt.identifier,
        };
        return race(() => ready(app, parameters), /^400 invalid_grant$/, familyIsDead);
      },
    },
    {
      name: 'client assertion',
      async trial() {
        const one = await ready(agent, own);
        return race(async () => one, /^401 invalid_client$/);
      },
    },
    {
      name: 'DPoP proof',
      async trial() {
        const dpop = await dpopProof(await newKeyPair(), { method: 'POST', url: token });
        return race(() => ready(agent, own, { dpop }), USED_PROOF);
      },
    },
    {
      // Marked in the durable store as well: it looks fresh for longer than a loss of Redis is remembered.
      name: 'DPoP proof dated ahead',
      async trial() {
        const iat = Math.floor(Date.now() / 1000) + AHEAD_SECONDS;
        const dpop = await dpopProof(await newKeyPair(), { method: 'POST', url: token, claims: { iat } });
        return race(() => ready(agent, own, { dpop }), USED_PROOF);
      },
    },
  ];
};

/** More than clocks may be apart, less than a proof is good for. */
const AHEAD_SECONDS = 120;
const USED_PROOF = /^400 (invalid_dpop_proof|invalid_grant)$/;

/** At a resource of our own, where we check the proof and not oidc-provider (RFC 9449 §7). */
const proofRace = async (scene: Scene, keyFile: string): Promise<Race> => {
  const { client_id: clientId, private_key: privateKey } = JSON.parse(await readFile(keyFile, 'utf8')) as {
    readonly client_id: string;
    readonly private_key: JWK;
  };
  const administrator: Identity = { clientId, key: await keyPairFromJwk(privateKey) };
  const resource = `${scene.issuer}/api/v1`;
  const url = `${resource}/agents`;
  return {
    name: 'DPoP proof at the management API',
    async trial() {
      const dpop = await newKeyPair();
      const parameters = { grant_type: 'client_credentials', resource };
      const given = await scene.calls.token(scene.keyed(administrator), parameters, { dpop });
      if (given.status !== 200) return `no token: ${given.text}`;
      const accessToken = String(given.body['access_token']);
      const ready = async (): Promise<WireRequest> => ({
        url,
        headers: {
          authorization: `DPoP ${accessToken}`,
          dpop: await dpopProof(dpop, { method: 'GET', url, accessToken }),
        },
      });
      const one = await ready();
      const winner = winnerOf(await sendAtOnce(Array.from({ length: PARALLEL }, () => one)), /^401 /);
      if (typeof winner === 'string') return winner;
      const again = winnerOf(await sendAtOnce([await ready()]), /^$/);
      return typeof again === 'string' ? `the token does not work afterwards: ${again}` : undefined;
    },
  };
};

/** Where a volley of browser requests ended: one must hold a code, and that code must work. */
const winnerOfCodes = async (
  scene: Scene,
  ends: readonly { readonly left: URL | undefined; readonly said: string }[],
  verifier: string,
): Promise<string | undefined> => {
  const codes = ends.flatMap(({ left }) => left?.searchParams.get('code') ?? []);
  if (codes.length !== 1) return `${codes.length} codes: ${tally(ends.map(({ said }) => said))}`;
  const answer = await scene.calls.token(scene.keyed(scene.app), {
    grant_type: 'authorization_code',
    code: String(codes[0]),
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
    resource: scene.jwt.identifier,
  });
  return answer.status === 200 ? deadToken(scene, answer) : `the winner's code does not work: ${answer.text}`;
};

const endOf = (page: Page): { readonly left: URL | undefined; readonly said: string } => ({
  left: page.left,
  said: page.left
    ? [...page.left.searchParams.keys()].join('+') + (page.left.searchParams.get('error') ?? '')
    : `${page.status} ${page.text.slice(0, 80)}`,
});

const pageRaces = (scene: Scene): readonly Race[] => {
  const { calls, jwt, opaque, app, keyed } = scene;
  const scope = 'openid read';

  return [
    {
      name: 'PAR request_uri',
      async trial() {
        const request = scene.authorizationRequest(app, { scope, resource: jwt.identifier });
        const pushed = await calls.push(keyed(app), request.parameters);
        if (pushed.status !== 201) return `not pushed: ${pushed.text}`;
        const query = new URLSearchParams({ client_id: app.clientId, request_uri: String(pushed.body['request_uri']) });
        const url = `${calls.endpoints.authorization}?${query}`;
        const ends = await volley(async () => {
          const browser = scene.browser.fork();
          return async () => {
            const page = await browser.open(url);
            if (page.left?.searchParams.has('code')) scene.useBrowser(browser);
            return endOf(page);
          };
        });
        return winnerOfCodes(scene, ends, request.verifier);
      },
    },
    {
      name: 'interaction',
      async trial() {
        const request = scene.authorizationRequest(app, { scope, resource: jwt.identifier, prompt: 'consent' });
        const page = await scene.browser.open(request.url);
        const form = page.forms.find(({ buttons }) => buttons.some(({ text }) => ALLOW.test(text)));
        if (!form) return `no consent page: ${page.status} ${page.text.slice(0, 300)}`;
        const ends = await volley(async () => {
          const browser = scene.browser.fork();
          return async () => {
            const end = await browser.submit(page, form, { button: ALLOW });
            if (end.left?.searchParams.has('code')) scene.useBrowser(browser);
            return endOf(end);
          };
        });
        return winnerOfCodes(scene, ends, request.verifier);
      },
    },
    {
      name: 'delegation request',
      async trial() {
        const agent = await scene.newAgent('Racer');
        const subject = String((await scene.newTokens(opaque.identifier, 'openid read'))['access_token']);
        const url = consentUrl(await calls.exchange(keyed(agent), subject, jwt.identifier, { scope: 'read' }));
        if (url === undefined) return 'no page to consent on';
        const page = await scene.browser.open(url);
        const form = page.forms.find(({ buttons }) => buttons.some(({ text }) => ALLOW.test(text)));
        if (!form) return `no consent page: ${page.status} ${page.text.slice(0, 300)}`;
        const body = fillForm(form, { button: ALLOW });
        const action = new URL(form.action, page.url).href;
        const ends = await volley(async () => async () => {
          const response = await scene.browser.fork().request(action, { method: 'POST', body });
          await response.arrayBuffer();
          return response.status;
        });
        const winners = ends.filter((status) => status < 400);
        if (winners.length !== 1) return tally(ends.map(String));
        const rows = await scene.management.listDelegations(`?actor=${agent.clientId}`);
        const items = (rows.body['items'] ?? rows.body['data']) as unknown[] | undefined;
        if (items?.length !== 1) return `${items?.length} rows of delegation`;
        const exchanged = await calls.exchange(keyed(agent), subject, jwt.identifier);
        return exchanged.status === 200 ? deadToken(scene, exchanged) : `cannot be used: ${exchanged.text}`;
      },
    },
  ];
};

const startTrack = (store: TrackStore, workers: number): Promise<ServerOn> => {
  const several = workers > 1 ? { workers } : {};
  if (store !== 'memory') return startServerOn(store, several);
  return startServerOn('sqlite', { entry: join(import.meta.dirname, 'memory-server.ts') });
};

export type TrackStore = ServerStores | 'memory';

/** The races on a server of `workers` processes. `trials` is shared among them. */
export const httpRaces = async (run: CampaignRun, store: TrackStore, workers: number, trials: number) => {
  const track = await startTrack(store, workers);
  const { server } = track;
  const name = `HTTP on ${store === 'memory' ? store : track.name}, ${workers === 1 ? '1 node' : `${workers} nodes`}`;
  try {
    const scene = await makeScene(server);
    await scene.newTokens(scene.jwt.identifier);
    const ofProofs = await proofRace(scene, server.administratorKeyFile);
    const done = await runRaces(run, name, [...tokenRaces(scene), ...pageRaces(scene), ofProofs], trials);
    if (!server.isRunning) run.violation(`${name}: the server ended\n${server.log().slice(-2000)}`);
    run.finished(name, done);
    return { [name]: done };
  } catch (error) {
    throw new Error(`${(error as Error).message}\nserver log:\n${server.log().slice(-4000)}`, { cause: error });
  } finally {
    await track.remove();
  }
};
