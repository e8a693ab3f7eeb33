/** Three nodes that can be killed, two people, an agent with a sub-agent, and an API behind the package of each language. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Identity } from '../support/agent-keys.ts';
import { type Browser, newBrowser, type Person, walkAuthorization } from '../support/browser-flow.ts';
import { type Answer, EXCHANGE } from '../support/oauth-calls.ts';
import { credentialOf, PATH as REPORTS, type ReportResult, resultsOf } from '../support/reports.ts';
import { consentUrl, finishOnOurPages, makeScene, type Scene } from '../support/scene.ts';
import type { CampaignRun, Random } from './campaign.ts';
import { type Kit, newKit, pythonCommand, typescriptCommand } from './edge-kits.ts';
import { type Node, nodeClient } from './node-client.ts';
import { type NodesOn, startNodesOn } from './nodes-on.ts';
import type { ServerStores } from './server-stores.ts';

/** Subject tokens live ten minutes. */
const FRESH_MS = 300_000;
const PATIENCE_MS = 90_000;
/** Sign-ins wait so long for the node that has the address of the issuer. */
const SUBJECT_WITHIN_MS = 120_000;
export const NODES = 3;
const SCOPE = 'openid offline_access read write';

export type TransactionsWorld = {
  readonly name: string;
  readonly scene: Scene;
  readonly sub: Identity;
  /** Account ids. */
  readonly people: readonly string[];
  readonly kits: readonly Kit[];
  readonly nodes: readonly Node[];
  /** How many nodes were killed, begun or done. */
  readonly kills: () => number;
  /** A token of the app for a person, which lives for some minutes. */
  subject(person: number): Promise<string>;
  /**
   * Repeats a request at nodes that chance picks until one has answered it, through kills. `onDoubt`: a request got no answer, so it may
   * have been carried out.
   */
  steady(request: (node: Node) => Promise<Answer>, onDoubt?: () => void): Promise<Answer>;
  /** A request of the agent to the management API, in the same way. */
  manage(method: string, path: string, body?: object): Promise<Answer>;
  /** The same for reports: sends them until each has a result. `by`: the API of the tokens, or another one. */
  report(reports: readonly object[], by?: 'own' | 'other'): Promise<readonly ReportResult[]>;
  exchange(identity: Identity, subject: string, transaction: string | undefined, onDoubt: () => void): Promise<Answer>;
  /** Kills nodes at once and starts them again. Those that are down already stay so. */
  crash(numbers: readonly number[]): Promise<void>;
  log(): string;
  close(): Promise<void>;
};

export const startTransactionsWorld = async (
  { random }: CampaignRun,
  stores: ServerStores,
  python: string,
): Promise<TransactionsWorld> => {
  const on = await startNodesOn(stores, NODES, { BEHALF__AUDIT__REPORTEVENTSPERDAY: '10000000' });
  const kits: Kit[] = [];
  const nodes = on.servers.map(({ port }) => nodeClient(port, on.issuer));
  const close = async (): Promise<void> => {
    for (const kit of kits) await kit.close();
    for (const node of nodes) node.close();
    await on.remove();
  };
  try {
    return await worldOn({ on, nodes, kits, python, random, close });
  } catch (error) {
    await close();
    throw new Error(`${(error as Error).stack}\nserver logs:\n${on.log()}`, { cause: error });
  }
};

type Setup = {
  readonly on: NodesOn;
  readonly nodes: readonly Node[];
  readonly kits: Kit[];
  readonly python: string;
  readonly random: Random;
  readonly close: () => Promise<void>;
};

const patched = async ({ management }: Scene, path: string, change: object): Promise<void> => {
  const etag = String((await management.call('GET', path)).headers.get('etag'));
  const { status, text } = await management.call('PATCH', path, change, { 'if-match': etag });
  if (status !== 200) throw new Error(`PATCH ${path}: ${status} ${text}`);
};

const worldOn = async ({ on, nodes, kits, python, random, close }: Setup): Promise<TransactionsWorld> => {
  const { name, servers, administratorKeyFile } = on;
  const scene = await makeScene({ issuer: on.issuer, administratorKeyFile });
  const { management, calls, keyed, jwt, opaque, agent, issuer } = scene;
  for (const { id } of [jwt, opaque])
    await patched(scene, `/resource-servers/${id}`, { permissions: ['reports:write'] });
  await patched(scene, `/agents/${agent.clientId}`, {
    authority: {
      [jwt.identifier]: ['read', 'write'],
      [`${issuer}/api/v1`]: ['transactions:read', 'transactions:write'],
    },
  });
  const sub = await scene.newAgent('Helper');
  const second: Person = { username: 'ben', password: 'another long enough pass phrase' };
  const ben = await management.createAccount({ ...second, name: 'Ben' });
  const persons: readonly { readonly person: Person; readonly browser: Browser }[] = [
    { person: scene.person, browser: newBrowser(issuer) },
    { person: second, browser: newBrowser(issuer) },
  ];

  const newSubject = async (index: number): Promise<string> => {
    const { person, browser } = persons[index] as (typeof persons)[number];
    const request = scene.authorizationRequest(scene.app, {
      scope: SCOPE,
      resource: [jwt.identifier, opaque.identifier],
    });
    const left = await walkAuthorization(browser, request.url, { person });
    const { status, text, body } = await calls.token(keyed(scene.app), {
      grant_type: 'authorization_code',
      code: scene.codeFrom(left),
      redirect_uri: String(request.parameters.redirect_uri),
      code_verifier: request.verifier,
      resource: opaque.identifier,
    });
    if (status !== 200) throw new Error(`no subject token: ${status} ${text}`);
    return String(body['access_token']);
  };
  for (const [index, { person, browser }] of persons.entries()) {
    const url = consentUrl(await calls.exchange(keyed(agent), await newSubject(index), jwt.identifier));
    if (url === undefined) throw new Error('expected a page for consent');
    await finishOnOurPages(browser, await browser.open(url), {
      person,
      consent: {
        check: (member, value) => (member === 'delegable_to' && value === sub.clientId ? true : undefined),
        set: { delegable_depth: '1' },
      },
    });
  }
  const { credential, identifier } = jwt;
  if (credential.kind !== 'basic') throw new Error('the resource server has no secret');
  const environment = { RESOURCE: identifier, API_ID: credential.clientId, API_SECRET: credential.secret };
  const portOf = (node: number): number => Number(servers[node]?.port);
  const shared = { environment, issuer };
  kits.push(await newKit({ name: 'typescript', command: typescriptCommand(), port: portOf(1), ...shared }));
  kits.push(await newKit({ name: 'python', command: pythonCommand(python), port: portOf(2), ...shared }));
  for (const kit of kits) await kit.start();

  let kills = 0;
  const down = new Set<number>();
  const subjects: { token: Promise<string>; until: number }[] = [];

  const steady: TransactionsWorld['steady'] = async (request, onDoubt = () => undefined) => {
    for (const end = performance.now() + PATIENCE_MS; ; ) {
      const answer = await request(random.pick(nodes)).catch((error: unknown) => error as NodeJS.ErrnoException);
      if (!(answer instanceof Error) && answer.status < 500) return answer;
      // Nothing listened there.
      if (!(answer instanceof Error && answer.code === 'ECONNREFUSED')) onDoubt();
      if (performance.now() > end)
        throw answer instanceof Error ? answer : new Error(`${answer.status} ${answer.text}`);
      await pause(50);
    }
  };

  return {
    ...{ name, scene, sub, kits, nodes, steady, log: on.log, close },
    people: [scene.accountId, ben.id],
    kills: () => kills,
    manage: (method, path, body) =>
      steady(async (node) => {
        const authorization = `Bearer ${await management.accessToken(agent)}`;
        const type = body === undefined ? {} : { 'content-type': 'application/json' };
        const sent = body === undefined ? '' : JSON.stringify(body);
        return node.call(method, `/api/v1${path}`, sent, { authorization, ...type });
      }),
    async subject(person) {
      const known = subjects[person];
      if (known && known.until > performance.now()) return known.token;
      const token = (async () => {
        for (const end = performance.now() + SUBJECT_WITHIN_MS; ; ) {
          try {
            return await newSubject(person);
          } catch (error) {
            if (performance.now() > end) throw error;
            await pause(200);
          }
        }
      })();
      subjects[person] = { token, until: performance.now() + FRESH_MS };
      return token;
    },
    async report(reports, by = 'own') {
      const authorization = credentialOf(by === 'own' ? jwt : opaque);
      for (const end = performance.now() + PATIENCE_MS; ; ) {
        const results = resultsOf(await steady((node) => node.json(REPORTS, { reports }, { authorization })));
        // A kill has interrupted an earlier attempt.
        if (results.every(({ status }) => status !== 'later') || performance.now() > end) return results;
        await pause(1000);
      }
    },
    exchange: (identity, subject, transaction, onDoubt) =>
      steady(
        (node) =>
          node.oauth('/token', keyed(identity), {
            grant_type: EXCHANGE,
            subject_token: subject,
            subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
            resource: jwt.identifier,
            ...(transaction === undefined ? {} : { transaction }),
          }),
        onDoubt,
      ),
    async crash(numbers) {
      const up = numbers.filter((number) => !down.has(number));
      for (const number of up) down.add(number);
      kills += up.length;
      await Promise.all(
        up.map(async (number) => {
          await servers[number]?.kill();
          await servers[number]?.restart();
          down.delete(number);
        }),
      );
    },
  };
};
