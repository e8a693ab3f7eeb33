/** Three nodes on one data set, a directory, a provider that transmits security events, and the apps, agents and APIs of a company. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { USER } from '../support/directory.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type Answer, CIBA, type Credential, EXCHANGE } from '../support/oauth-calls.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import type { CampaignRun } from './campaign.ts';
import { type Node, nodeClient } from './node-client.ts';
import { startNodesOn } from './nodes-on.ts';
import { AUDIENCE, CLIENT_THERE, type Provider, startProvider } from './offboarding-provider.ts';
import type { ServerStores } from './server-stores.ts';

export const NODES = 3;
/** The limits on deactivations and on affected accounts have tests of their own. */
const RAISED = 10_000;
const LONGEST_TOKEN_SECONDS = 3600;
/** The longest that the setting allows. */
export const EXCHANGED_TOKEN_SECONDS = 600;
const PREPARATIONS = 5;
const PATIENCE_MS = 120_000;
/** Tokens of the directory live for ten minutes. */
const TOKEN_MS = 240_000;
/** A restarted node on a busy machine answers late. */
const PAUSE_MS = 30;
const GROUP = 'Engineering';
/** What policies permit to members only. */
const STAFF = 'staff';

/** What a directory asks, and the answer. */
export type Scim = (method: string, path: string, body?: object) => Promise<Answer>;

export type OffboardingWorld = {
  readonly name: string;
  readonly scene: Scene;
  readonly provider: Provider;
  readonly upstream: string;
  readonly nodes: readonly Node[];
  readonly agent: Identity;
  readonly subAgent: Identity;
  /** Works only while the person is signed in. */
  readonly attended: Identity;
  /** The group of the directory that policies ask about. */
  readonly group: string;
  /** `Authorization` of the transmitter. */
  readonly authorization: string;
  readonly figures: { kills: number; cutOff: number };
  /**
   * Repeats a request at nodes that chance picks until one answers with less than 500: what a sender does when a node is gone. `cutOff`
   * in the figures counts the repetitions.
   */
  steady(request: (node: Node) => Promise<Answer>): Promise<Answer>;
  scim: Scim;
  /** Kills nodes with SIGKILL and starts them again. Resolves when all answer. */
  crash(numbers: readonly number[]): Promise<void>;
  log(): string;
  close(): Promise<void>;
};

const policyOf = ({ jwt, opaque }: Scene): string => {
  const forbid = (name: string, resource: string): string => `
@id("${name}-write-for-staff")
@reason("Only members of the staff let agents write.")
forbid (principal is Agent, action == Action::"act", resource == Scope::"${resource} write")
when { context has subject } unless { context.subject in Group::"${STAFF}" };
`;
  return forbid('calendar', jwt.identifier) + forbid('files', opaque.identifier);
};

const activatePolicy = async (scene: Scene): Promise<void> => {
  const { management } = scene;
  const { body: schema } = await management.call('GET', '/policy/schema');
  const draft = await management.call('POST', '/policy-sets', { text: `${schema['starter']}\n${policyOf(scene)}` });
  const etag = { 'if-match': String(draft.headers.get('etag')) };
  const { status, text } = await management.call('POST', `/policy-sets/${draft.body['id']}/activation`, {}, etag);
  if (status !== 200) throw new Error(`no policies: ${status} ${text}`);
};

/** On a busy machine a batch takes longer than tokens live otherwise. */
const lengthen = async ({ management, jwt, opaque }: Scene): Promise<void> => {
  for (const { id } of [jwt, opaque]) {
    const path = `/resource-servers/${id}`;
    const etag = String((await management.call('GET', path)).headers.get('etag'));
    const change = { access_token_ttl_seconds: LONGEST_TOKEN_SECONDS };
    const { status, text } = await management.call('PATCH', path, change, { 'if-match': etag });
    if (status !== 200) throw new Error(`tokens live no longer: ${status} ${text}`);
  }
};

const newAgent = async ({ management, accountId, jwt, opaque }: Scene, name: string): Promise<Identity> => {
  const key = await newKeyPair();
  const made = await management.createAgent({
    name,
    owner: accountId,
    purpose: 'Keeps things in order',
    environment: 'test',
    jwks: { keys: [key.publicJwk] },
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token', EXCHANGE, CIBA],
    resource_servers: [jwt.id, opaque.id],
  });
  return { clientId: made.id, key };
};

const made = async (answer: Promise<Answer>): Promise<Answer['body']> => {
  const { status, text, body } = await answer;
  if (status !== 201) throw new Error(`not created: ${status} ${text}`);
  return body;
};

/** Preparing something is not what is measured: a busy machine may put it off. */
export const patiently = async <T>(prepare: (attempt: number) => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await prepare(attempt);
    } catch (error) {
      if (attempt === PREPARATIONS) throw error;
      await pause(1000 * attempt);
    }
  }
};

export const startOffboardingWorld = (run: CampaignRun, stores: ServerStores): Promise<OffboardingWorld> =>
  patiently(() => newWorld(run, stores));

const newWorld = async (run: CampaignRun, stores: ServerStores): Promise<OffboardingWorld> => {
  const provider = await startProvider();
  const removals: (() => Promise<unknown>)[] = [provider.close];
  const close = async (): Promise<void> => {
    for (const one of removals.splice(0).reverse()) await one();
  };
  try {
    const settings = {
      ...internalHosts({ upstreamProviders: provider.host }),
      BEHALF__EGRESS__CAFILE: provider.caFile,
      BEHALF__TOKENS__EXCHANGEDTOKENTTLSECONDS: String(EXCHANGED_TOKEN_SECONDS),
    };
    const nodesOn = await startNodesOn(stores, NODES, settings);
    removals.push(nodesOn.remove);
    const { issuer, servers, administratorKeyFile } = nodesOn;
    const nodes = servers.map(({ port }) => nodeClient(port, issuer));
    removals.push(async () => nodes.map((node) => node.close()));
    const scene = await makeScene({ issuer, administratorKeyFile });
    const { management } = scene;
    await activatePolicy(scene);
    await lengthen(scene);
    const figures = { kills: 0, cutOff: 0 };

    const steady: OffboardingWorld['steady'] = async (request) => {
      for (const end = performance.now() + PATIENCE_MS; ; ) {
        const answer = await request(run.random.pick(nodes)).catch((error: unknown) => error as Error);
        if (!(answer instanceof Error) && answer.status < 500) return answer;
        if (performance.now() > end)
          throw answer instanceof Error ? answer : new Error(`${answer.status} ${answer.text}`);
        figures.cutOff += 1;
        await pause(PAUSE_MS);
      }
    };

    const key = await newKeyPair();
    const attended = await management.createClient({
      name: 'Kiosk',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.publicJwk] },
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [REDIRECT_URI],
      skip_consent: true,
    });
    const upstream = await made(
      management.call('POST', '/upstreams', { name: 'Works', issuer: provider.origin, client_id: CLIENT_THERE }),
    );
    const transmitter = await made(
      management.call('POST', '/trusted-transmitters', {
        ...{ name: 'Works', issuer: provider.origin, jwks_uri: provider.keysUrl, audience: AUDIENCE },
        ...{ upstream: upstream['id'], most_accounts: RAISED },
      }),
    );
    const scim = await directoryOf(scene, steady);
    const group = await made(
      scim('POST', '/Groups', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: GROUP }),
    );
    return {
      ...{ name: nodesOn.name, scene, provider, nodes, figures, steady, scim, log: nodesOn.log, close },
      upstream: String(upstream['id']),
      agent: await newAgent(scene, 'Secretary of all'),
      subAgent: await newAgent(scene, 'Helper of all'),
      attended: { clientId: attended.id, key },
      group: String(group['id']),
      authorization: String(transmitter['authorization']),
      async crash(numbers) {
        figures.kills += numbers.length;
        const killed = numbers.flatMap((number) => servers[number] ?? []);
        await Promise.all(killed.map((server) => server.kill()));
        await Promise.all(killed.map((server) => server.restart()));
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
};

/** A directory whose limit is raised, and its calls at nodes that chance picks. */
const directoryOf = async ({ issuer, management }: Scene, steady: OffboardingWorld['steady']): Promise<Scim> => {
  const base = `${issuer}/scim/v2`;
  const client = await management.createClient({
    name: 'Client of the directory',
    grant_types: ['client_credentials'],
    authority: { [base]: ['scim:provision'] },
  });
  await made(
    management.call('POST', '/directories', {
      ...{ name: 'Head office', client: client.id, groups: { [GROUP]: STAFF }, most_deactivations: RAISED },
    }),
  );
  const credential: Credential = { kind: 'basic', clientId: client.id, secret: String(client['client_secret']) };
  let bearer: { readonly value: Promise<string>; readonly until: number } | undefined;
  const tokenOf = async (): Promise<string> => {
    const asked = { grant_type: 'client_credentials', resource: base, scope: 'scim:provision' };
    const { status, text, body } = await steady((node) => node.oauth('/token', credential, asked));
    if (status !== 200) throw new Error(`no token for the directory: ${status} ${text}`);
    return String(body['access_token']);
  };
  return async (method, path, body) => {
    if (!bearer || bearer.until < performance.now()) {
      bearer = { value: tokenOf(), until: performance.now() + TOKEN_MS };
    }
    const authorization = `Bearer ${await bearer.value}`;
    return steady((node) =>
      node.call(method, `/scim/v2${path}`, body === undefined ? '' : JSON.stringify(body), {
        authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
      }),
    );
  };
};

/** A user as the directory creates one. A creation that a kill has cut off may have happened. */
export const provisioned = async ({ scim }: OffboardingWorld, userName: string): Promise<string> => {
  const answer = await scim('POST', '/Users', { schemas: [USER], userName, externalId: userName });
  if (answer.status === 201) return String(answer.body['id']);
  const found = await scim('GET', `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`);
  const [user] = (found.body['Resources'] ?? []) as readonly { readonly id: string }[];
  if (answer.status !== 409 || !user) throw new Error(`no user: ${answer.status} ${answer.text}`);
  return user.id;
};
