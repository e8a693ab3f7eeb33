/** A server with people who decide and agents that ask them, in a process of its own, for what is measured of approvals. */
import { join } from 'node:path';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { type Browser, newBrowser, type Person } from '../support/browser-flow.ts';
import { exampleTypes } from '../support/detail-types.ts';
import { CIBA } from '../support/oauth-calls.ts';
import { finishOnOurPages, makeScene, REDIRECT_URI, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import type { StoreServers } from './store-servers.ts';

const BANK = 'https://bank.example.com';
const ATTEMPTS = 5;
const PASSWORD = 'a long enough pass phrase';

/** Of one agent, open with one person; of all agents of one owner. As many as may be set. */
export const MOST_OPEN = 16;
export const AGENTS_EACH = 6;

export type Asking = Awaited<ReturnType<typeof startAsking>>;

/** Passwords are hashed as cheaply as may be: they are not what is measured. */
export const startAsking = async ({
  core,
  servers,
  pollIntervalSeconds = 5,
  environment = {},
}: {
  readonly core?: number | undefined;
  readonly servers?: StoreServers | undefined;
  readonly pollIntervalSeconds?: number;
  readonly environment?: Readonly<Record<string, string>>;
}) => {
  const server: ServerProcess = await startServer({
    environment: {
      ...WITHOUT_LIMITS,
      BEHALF__PASSWORDS__ARGON2MEMORYKIB: '8',
      BEHALF__PASSWORDS__ARGON2PASSES: '1',
      BEHALF__APPROVALS__POLLINTERVALSECONDS: String(pollIntervalSeconds),
      BEHALF__APPROVALS__TTLSECONDS: '3600',
      BEHALF__APPROVALS__MOSTOPEN: String(MOST_OPEN),
      BEHALF__APPROVALS__MOSTOPENPERAPPROVER: '100',
      BEHALF__APPROVALS__PERHOUR: '1000',
      ...servers?.environment,
      ...environment,
    },
    ...(core === undefined ? {} : { core }),
  });
  try {
    const scene: Scene = await makeScene({
      issuer: server.issuer,
      administratorKeyFile: join(server.dataFolder, 'administrator.json'),
    });
    const { management, calls, keyed, issuer } = scene;
    await management.createResourceServer({
      identifier: BANK,
      name: 'First Bank',
      scopes: [{ name: 'balance', description: 'See the balance', risk: 'low' }],
      detail_types: exampleTypes('payment'),
      access_token_format: 'jwt',
    });
    let made = 0;

    const newPerson = async (): Promise<Person & { readonly id: string }> => {
      made += 1;
      const person = { username: `person${made}`, password: PASSWORD };
      return { ...person, id: (await management.createAccount({ ...person, name: `Person ${made}` })).id };
    };

    /** An agent of this person's, who is asked about what it does in her name. */
    const newAgent = async (owner: string, more: Readonly<Record<string, unknown>> = {}): Promise<Identity> => {
      made += 1;
      const key = await newKeyPair();
      const { id } = await management.createAgent({
        name: `Agent ${made}`,
        owner,
        purpose: 'Pays invoices',
        environment: 'test',
        jwks: { keys: [key.publicJwk] },
        redirect_uris: [REDIRECT_URI],
        grant_types: ['authorization_code', CIBA],
        ...more,
      });
      return { clientId: id, key };
    };

    return {
      ...scene,
      pid: server.pid,
      metrics: `http://127.0.0.1:${server.operationsPort}/metrics`,
      administrator: { username: 'admin', password: server.administratorPassword },
      newPerson,
      newAgent,

      /** A browser in which this person is signed in. */
      async browserOf(person: Person): Promise<Browser> {
        const browser = newBrowser(issuer);
        await finishOnOurPages(browser, await browser.open(`${issuer}/account`), { person });
        return browser;
      },

      /** Asks for a payment of its own sum; answers how to wait for it. */
      async ask(agent: Identity, person: Person, amount: number, more: Readonly<Record<string, string>> = {}) {
        const details = {
          type: 'payment_initiation',
          amount,
          currency: 'EUR',
          creditor: { name: 'Paper and Pens', account: 'DE89370400440532013000' },
          reference: `Invoice ${amount}`,
          execute_before: '2030-01-31',
        };
        for (let attempt = 1; ; attempt += 1) {
          const { status, body, text } = await calls.backchannel(keyed(agent), {
            scope: 'openid',
            resource: BANK,
            login_hint: person.username,
            binding_message: `Invoice ${amount}`,
            authorization_details: JSON.stringify([details]),
            ...more,
          });
          if (typeof body['auth_req_id'] === 'string') return body['auth_req_id'];
          // On a busy machine it may take longer than a request may; the same again is the same question.
          if (status !== 503 || attempt === ATTEMPTS) throw new Error(`no approver is asked: ${text}`);
        }
      },

      poll: (agent: Identity, authReqId: string) => calls.poll(keyed(agent), authReqId),

      /** The newest open one of an agent. */
      async openOf(agent: Identity): Promise<string> {
        const { body, text } = await management.call('GET', `/approvals?agent=${agent.clientId}&state=pending&limit=1`);
        const [found] = (body['items'] ?? []) as readonly { readonly id: string }[];
        if (!found) throw new Error(`nothing is open: ${text}`);
        return found.id;
      },

      /** Opens the page of an approval; answers what says yes there. */
      async readyToApprove(browser: Browser, id: string): Promise<() => Promise<void>> {
        const page = await browser.open(`${issuer}/account/approvals/${id}`);
        const form = page.forms.find(
          ({ fields, buttons }) =>
            fields.some(({ name, value }) => name === 'decision' && value === 'approve') ||
            buttons.some(({ name, value }) => name === 'decision' && value === 'approve'),
        );
        if (!form) throw new Error(`nothing to approve on ${page.url} (${page.status}): ${page.text}`);
        return async () => {
          const button = form.buttons.some(({ name }) => name === 'decision') ? { button: /decision=approve/ } : {};
          const after = await browser.submit(page, form, { set: { password: PASSWORD }, ...button });
          if (!after.text.includes('Approved')) throw new Error(`not approved (${after.status}): ${after.text}`);
        };
      },

      async close(): Promise<void> {
        await server.remove();
      },
    };
  } catch (error) {
    console.error(server.log().slice(-4000));
    await server.remove();
    throw error;
  }
};

/** Calls of the store ports so far, by collection and operation, such as `accounts.get`. */
export const storeCalls = async (metrics: string): Promise<ReadonlyMap<string, number>> => {
  const text = await (await fetch(metrics)).text();
  const counts = new Map<string, number>();
  for (const [, labels = '', value] of text.matchAll(/^behalf_store_duration_seconds_count\{([^}]*)\} (\S+)$/gm)) {
    const label = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    counts.set(`${label('collection')}.${label('operation')}`, Number(value));
  }
  return counts;
};
