/** The load of the crash campaign: clients that ask for tokens of every kind as fast as they get them, and write down what they got. */
import type { Identity } from '../support/agent-keys.ts';
import type { Answer } from '../support/oauth-calls.ts';
import type { Scene } from '../support/scene.ts';

export type Ledger = {
  /** Access tokens that arrived whole. `kind` is the engine's model of an opaque one. */
  readonly received: { readonly token: string; readonly kind: 'AccessToken' | 'ClientCredentials' }[];
  /** Credentials whose use was answered with tokens: they must never work again. */
  readonly used: { readonly identity: Identity; readonly parameters: Readonly<Record<string, string>> }[];
  /** Answers no client should ever see, load or kill. */
  readonly unexpected: string[];
};

export const newLedger = (): Ledger => ({ received: [], used: [], unexpected: [] });

/** Used credentials kept for each worker between two kills: only the last are interesting, and checking them takes time. */
const KEPT = 3;

export type Load = {
  /** From now on a broken connection is nothing to report. */
  expectKill(): void;
  /** Resolves when all clients have noticed that the server is gone. */
  stop(): Promise<void>;
};

export const startLoad = (scene: Scene, ledger: Ledger): Load => {
  const { calls, keyed, agent, app, jwt, opaque } = scene;
  let isKillExpected = false;
  let isStopped = false;

  /** Notes a token answer; answers whether it was one. */
  const note = (answer: Answer, kind: 'AccessToken' | 'ClientCredentials'): boolean => {
    if (answer.status === 200) {
      ledger.received.push({ token: String(answer.body['access_token']), kind });
      return true;
    }
    ledger.unexpected.push(`under load: ${answer.status} ${answer.text.slice(0, 200)}`);
    return false;
  };

  const ownTokens = (resource: string) => async (): Promise<void> => {
    note(await calls.token(keyed(agent), { grant_type: 'client_credentials', resource }), 'ClientCredentials');
  };

  /** A sign-in, then refreshes one after the other. */
  const person = async (resource: string, used: Ledger['used']): Promise<void> => {
    const use = async (parameters: Readonly<Record<string, string>>): Promise<string | undefined> => {
      const answer = await calls.token(keyed(app), parameters);
      if (!note(answer, 'AccessToken')) return undefined;
      used.push({ identity: app, parameters });
      if (used.length > KEPT) used.shift();
      return String(answer.body['refresh_token']);
    };
    let refreshToken = await use(await scene.newCode(resource));
    for (let turn = 0; turn < 5 && refreshToken !== undefined && !isStopped; turn += 1)
      refreshToken = await use({ grant_type: 'refresh_token', refresh_token: refreshToken, resource });
  };

  const consentedToken = async (): Promise<string> => {
    const token = String((await scene.newTokens(opaque.identifier, 'openid read write'))['access_token']);
    ledger.received.push({ token, kind: 'AccessToken' });
    await scene.consentToAgent(agent, token, jwt.identifier);
    return token;
  };
  let subject: Promise<string> | undefined;
  const delegated = async (): Promise<void> => {
    subject ??= consentedToken();
    note(await calls.exchange(keyed(agent), await subject, jwt.identifier), 'AccessToken');
  };

  const worker = async (step: () => Promise<void>): Promise<void> => {
    while (!isStopped) {
      try {
        await step();
      } catch (error) {
        // The server was killed in the middle of it: what did not arrive was not received.
        if (!isKillExpected) ledger.unexpected.push(`under load: ${(error as Error).stack}`);
        return;
      }
    }
  };

  const people = [jwt.identifier, opaque.identifier].map((resource) => ({ resource, used: [] as Ledger['used'] }));
  const workers = [
    ...[jwt, opaque].flatMap(({ identifier }) => Array.from({ length: 3 }, () => worker(ownTokens(identifier)))),
    ...people.map(({ resource, used }) => worker(() => person(resource, used))),
    ...Array.from({ length: 2 }, () => worker(delegated)),
  ];
  return {
    expectKill() {
      isKillExpected = true;
    },
    async stop() {
      isStopped = true;
      await Promise.all(workers);
      for (const { used } of people) ledger.used.push(...used);
    },
  };
};
