/** A server that can be killed, two people, an agent with a sub-agent, and an API behind the package of each language. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Identity } from '../support/agent-keys.ts';
import { type Browser, newBrowser, type Person, walkAuthorization } from '../support/browser-flow.ts';
import { type Answer, EXCHANGE } from '../support/oauth-calls.ts';
import { credentialOf, type ReportResult, resultsOf, sendReports } from '../support/reports.ts';
import { consentUrl, finishOnOurPages, makeScene, type Scene } from '../support/scene.ts';
import { type Kit, newKit, pythonCommand, typescriptCommand } from './edge-kits.ts';
import { type ServerOn, type ServerStores, startServerOn } from './server-on.ts';

/** Subject tokens live ten minutes. */
const FRESH_MS = 300_000;
const PATIENCE_MS = 90_000;
const SCOPE = 'openid offline_access read write';

export type TransactionsWorld = {
  readonly name: string;
  readonly scene: Scene;
  readonly sub: Identity;
  /** Account ids. */
  readonly people: readonly string[];
  readonly kits: readonly Kit[];
  /** How often the server was killed, begun or done. */
  readonly kills: () => number;
  /** A token of the app for a person, which lives for some minutes. */
  subject(person: number): Promise<string>;
  /**
   * Repeats a request until the server has answered it, through kills. `onDoubt`: a request got no answer, so it may have been
   * carried out.
   */
  steady(request: () => Promise<Answer>, onDoubt?: () => void): Promise<Answer>;
  /** The same for reports: sends them until each has a result. `by`: the API of the tokens, or another one. */
  report(reports: readonly object[], by?: 'own' | 'other'): Promise<readonly ReportResult[]>;
  exchange(identity: Identity, subject: string, transaction: string | undefined, onDoubt: () => void): Promise<Answer>;
  /** Kills the server and starts it again. */
  crash(): Promise<void>;
  log(): string;
  close(): Promise<void>;
};

export const startTransactionsWorld = async (stores: ServerStores, python: string): Promise<TransactionsWorld> => {
  const on = await startServerOn(stores, {
    environment: { BEHALF__AUDIT__REPORTEVENTSPERDAY: '10000000' },
  });
  const kits: Kit[] = [];
  const close = async (): Promise<void> => {
    for (const kit of kits) await kit.close();
    await on.remove();
  };
  try {
    return await worldOn(on, kits, python, close);
  } catch (error) {
    await close();
    throw new Error(`${(error as Error).stack}\nserver log:\n${on.server.log().slice(-4000)}`, { cause: error });
  }
};

const patched = async ({ management }: Scene, path: string, change: object): Promise<void> => {
  const etag = String((await management.call('GET', path)).headers.get('etag'));
  const { status, text } = await management.call('PATCH', path, change, { 'if-match': etag });
  if (status !== 200) throw new Error(`PATCH ${path}: ${status} ${text}`);
};

const worldOn = async (
  { name, server }: ServerOn,
  kits: Kit[],
  python: string,
  close: () => Promise<void>,
): Promise<TransactionsWorld> => {
  const scene = await makeScene(server);
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
  const shared = { environment, issuer, port: server.port };
  kits.push(await newKit({ name: 'typescript', command: typescriptCommand(), ...shared }));
  kits.push(await newKit({ name: 'python', command: pythonCommand(python), ...shared }));
  for (const kit of kits) await kit.start();

  let kills = 0;
  let crashing: Promise<void> = Promise.resolve();
  const subjects: { token: Promise<string>; until: number }[] = [];

  const steady: TransactionsWorld['steady'] = async (request, onDoubt = () => undefined) => {
    for (const end = performance.now() + PATIENCE_MS; ; ) {
      await crashing;
      const answer = await request().catch((error: unknown) => error as Error);
      const isUnknown = answer instanceof Error || answer.status >= 500;
      if (!isUnknown) return answer;
      onDoubt();
      if (performance.now() > end)
        throw answer instanceof Error ? answer : new Error(`${answer.status} ${answer.text}`);
      await pause(50);
    }
  };

  return {
    name,
    scene,
    sub,
    kits,
    people: [scene.accountId, ben.id],
    kills: () => kills,
    steady,
    async subject(person) {
      const known = subjects[person];
      if (known && known.until > performance.now()) return known.token;
      const token = (async () => {
        for (let attempt = 1; ; attempt += 1) {
          await crashing;
          try {
            return await newSubject(person);
          } catch (error) {
            if (attempt === 10) throw error;
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
        const sent = () => sendReports(issuer, authorization, JSON.stringify({ reports }));
        const results = resultsOf(await steady(sent));
        // A kill has interrupted an earlier attempt.
        if (results.every(({ status }) => status !== 'later') || performance.now() > end) return results;
        await pause(1000);
      }
    },
    exchange: (identity, subject, transaction, onDoubt) =>
      steady(
        () =>
          calls.token(keyed(identity), {
            grant_type: EXCHANGE,
            subject_token: subject,
            subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
            resource: jwt.identifier,
            ...(transaction === undefined ? {} : { transaction }),
          }),
        onDoubt,
      ),
    crash() {
      kills += 1;
      crashing = (async () => {
        await server.kill();
        await server.restart();
      })();
      return crashing;
    },
    log: () => server.log().slice(-4000),
    close,
  };
};
