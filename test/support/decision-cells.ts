/**
 * Every route of the decision over HTTP, with scopes `read` and `write` at one resource, and for every layer a way to have
 * something against `write`. Which layers are left out on which routes a test says as it goes.
 */
import type { Route } from '../../src/domain/authority/decision/facts.ts';
import type { DecisionLayer } from '../../src/domain/authority/decision/layers.ts';
import { DELEGATIONS, type Delegation } from '../../src/domain/authority/delegation/delegation.ts';
import { DECLARED_GRANT_TYPES, GRANT_TYPE_NAMES } from '../../src/domain/clients/clients/grant-types.ts';
import { type Identity, newKeyPair } from './agent-keys.ts';
import { approvalRemedy } from './approvals-world.ts';
import { type AuthZenClient, authZenClient, basic } from './authzen-client.ts';
import { foreignIssuer, ID_JAG, JWT_BEARER } from './foreign-issuer.ts';
import { internalHosts } from './internal-hosts.ts';
import type { LocalAuthority } from './local-authority.ts';
import type { Member } from './management.ts';
import { type Answer, type Credential, DEVICE_CODE, EXCHANGE } from './oauth-calls.ts';
import { type RunningServer, runServer } from './running-server.ts';
import { consentUrl, makeScene, REDIRECT_URI } from './scene.ts';

export type Scope = 'read' | 'write';
type Who = 'agent' | 'client';
/** What a request needs that is made before, with nothing against it. */
type Made = Readonly<Record<string, string>>;

type Asking = {
  readonly prepare?: (layer: DecisionLayer) => Promise<Made>;
  readonly ask: (made: Made, layer: DecisionLayer) => Promise<readonly Scope[]>;
};

const HERE = 'https://cells.example.com';
const BEHIND = 'https://behind.example.com';
const PEER = 'https://peer.example';
const WITH_READ = ['read'] as const;
const BOTH = ['read', 'write'] as const;
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const TXN_TOKEN = 'urn:ietf:params:oauth:token-type:txn_token';
const CIBA = 'urn:openid:params:grant-type:ciba';
/** Every grant type that an agent may register. */
const OF_AGENTS = GRANT_TYPE_NAMES.map((name) => DECLARED_GRANT_TYPES[name])
  .filter(({ registrants }) => registrants.includes('agent'))
  .map(({ grantType }) => grantType);
/** Layers that count on what people approved where it began with an exchange. */
const OF_AN_EXCHANGE: readonly DecisionLayer[] = ['client', 'grant', 'subject_token', 'delegation'];
/** What changes with it is part of what people approve; so it is there before they are asked. */
const BEFORE_ASKED: readonly DecisionLayer[] = ['blueprint', 'approval'];

export const decisionCells = async (authority: LocalAuthority) => {
  /** What the decision point elsewhere permits. */
  let permitted: readonly string[] = BOTH;
  const elsewhere = await authority.serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { evaluations } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
      evaluations: { action: { name: string } }[];
    };
    const answers = evaluations.map(({ action }) => ({
      decision: action.name === 'openid' || permitted.includes(action.name),
    }));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ evaluations: answers }));
  });
  /** The one cell in which a layer counts; undefined: no layer counts anywhere. */
  let cell: readonly [Route, DecisionLayer] | undefined;
  const server: RunningServer = await runServer({
    withoutLayer: (layer, route) => cell === undefined || cell[0] !== route || cell[1] !== layer,
    environment: {
      ...internalHosts({ decisionPoint: elsewhere.host }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
      BEHALF__POLICY__EXTERNAL__URL: `${elsewhere.origin}/access/v1/evaluations`,
      BEHALF__POLICY__EXTERNAL__TIMEOUTMILLISECONDS: '1000',
      BEHALF__TOKENS__TRUSTDOMAIN: 'shop.example',
      BEHALF__TOKENS__DEVICEPOLLINTERVALSECONDS: '1',
      BEHALF__APPROVALS__PERHOUR: '1000',
      BEHALF__APPROVALS__POLLINTERVALSECONDS: '1',
    },
  });
  const scene = await makeScene(server);
  const { management, calls } = scene;
  const there = scene.jwt.identifier;
  const { services } = server.behalf;

  const changed = async (path: string, change: Member): Promise<void> => {
    const { headers } = await management.call('GET', path);
    const answer = await management.call('PATCH', path, change, { 'if-match': String(headers.get('etag')) });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  };

  const resource = await management.createResourceServer({
    identifier: HERE,
    name: 'Cells',
    scopes: BOTH.map((name) => ({ name, description: `May ${name}`, risk: 'low' })),
    environments: ['test', 'production'],
    introspection_auth_method: 'client_secret_basic',
  });
  const secret = String(resource['client_secret']);
  const introspecting: Credential = { kind: 'basic', clientId: resource.id, secret };
  const authzen: AuthZenClient = await authZenClient(server.issuer, () => basic(resource.id, secret));
  const blueprint = (await management.createBlueprint({ name: 'Cells', purpose: 'Limits' })).id;
  const ceilings = async (given: Member): Promise<void> => {
    await changed(`/blueprints/${blueprint}`, { ceilings: given });
    const { headers } = await management.call('GET', `/blueprints/${blueprint}`);
    const etag = { 'if-match': String(headers.get('etag')) };
    const answer = await management.call('POST', `/blueprints/${blueprint}/activate`, {}, etag);
    if (answer.status !== 200) throw new Error(`not activated: ${answer.text}`);
  };

  const rights = { [HERE]: BOTH, [there]: ['read', 'write'] };
  const newAgent = async (): Promise<Identity> => {
    const key = await newKeyPair();
    const made = await management.createAgent({
      name: 'Everywhere',
      owner: scene.accountId,
      purpose: 'Asks everywhere',
      environment: 'test',
      blueprint,
      jwks: { keys: [key.publicJwk] },
      redirect_uris: [REDIRECT_URI],
      grant_types: OF_AGENTS,
      resource_servers: [resource.id, scene.jwt.id],
      authority: rights,
    });
    return { clientId: made.id, key };
  };
  let agent = await newAgent();
  const app = async (more: Member): Promise<Identity> => {
    const own = await newKeyPair();
    const client = await management.createClient({
      name: 'App of the cells',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [own.publicJwk] },
      redirect_uris: [REDIRECT_URI],
      skip_consent: true,
      ...more,
    });
    return { clientId: client.id, key: own };
  };
  const everyGrant = ['authorization_code', 'refresh_token', DEVICE_CODE, EXCHANGE, JWT_BEARER, 'client_credentials'];
  const desk = await app({
    grant_types: everyGrant,
    authority: { [HERE]: ['*'], [there]: ['*'], [BEHIND]: ['*'] },
  }).catch(() => app({ grant_types: everyGrant }));
  const idp = await foreignIssuer(PEER);
  const inbound = { clients: [agent.clientId, desk.clientId], resources: { [HERE]: ['*'] } };
  const peer = await management.call('POST', '/peers', {
    name: 'Peer',
    issuer: PEER,
    jwks: idp.jwks,
    inbound,
    outbound: {
      clients: { [agent.clientId]: 'agent-there', [desk.clientId]: 'desk-there' },
      resources: [{ identifier: BEHIND, scopes: BOTH.map((name) => ({ name, description: name, risk: 'low' })) }],
    },
  });
  const peerId = String(peer.body['id']);
  await management.call('POST', '/account-links', { peer: peerId, subject: 'u-9', account: scene.accountId });
  await changed(`/agents/${agent.clientId}`, { authority: { ...rights, [BEHIND]: BOTH } });
  await changed(`/clients/${desk.clientId}`, { authority: { [HERE]: ['*'], [there]: ['*'], [BEHIND]: ['*'] } });

  const identityOf = (who: Who): Identity => (who === 'agent' ? agent : desk);
  const whoAt = (layer: DecisionLayer): Who => (layer === 'client' ? 'client' : 'agent');
  const scopesIn = (text: unknown): readonly Scope[] => BOTH.filter((name) => String(text).split(' ').includes(name));
  const given = ({ status, body }: Answer): readonly Scope[] => (status === 200 ? scopesIn(body['scope']) : []);
  const good = (answer: Answer, member: string): string => {
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
    return String(answer.body[member]);
  };
  const token = (who: Identity, form: Readonly<Record<string, string>>): Promise<Answer> =>
    calls.token(scene.keyed(who), form);

  const consentToAll = { consent: { check: (name: string) => name === 'scope' || undefined } };
  /** What redeems a code that says everything, or only `read`. */
  const code = async (who: Identity, resources: readonly string[], scope = 'openid offline_access read write') => {
    const request = scene.authorizationRequest(who, { scope, resource: resources, prompt: 'consent' });
    const left = await scene.walk(request.url, consentToAll);
    const form = {
      grant_type: 'authorization_code',
      code: scene.codeFrom(left),
      redirect_uri: REDIRECT_URI,
      code_verifier: request.verifier,
    };
    return form;
  };
  const tokens = async (who: Identity, at: string, scope?: string, resources = [HERE, there]): Promise<Answer> =>
    token(who, { ...(await code(who, resources, scope)), resource: at });
  const accessToken = async (...of: Parameters<typeof tokens>): Promise<string> =>
    good(await tokens(...of), 'access_token');

  /** A token of the desk to be exchanged: for another resource, so that only the grant says what is held here. */
  const subjectToken = async (layer: DecisionLayer): Promise<string> => {
    if (layer === 'grant') return accessToken(desk, there, 'openid offline_access read');
    if (layer !== 'subject_token') return accessToken(desk, there);
    const refresh = good(await tokens(desk, HERE), 'refresh_token');
    const narrow = { grant_type: 'refresh_token', refresh_token: refresh, resource: HERE, scope: 'read' };
    return good(await token(desk, narrow), 'access_token');
  };
  const exchange = (subject: string, form: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    calls.exchange(scene.keyed(agent), subject, HERE, form);
  const allowed = async (): Promise<Delegation | undefined> =>
    services.delegations.consented(scene.accountId, agent.clientId, HERE);
  const allow = async (url: string): Promise<void> => {
    await scene.walkConsent(await scene.browser.open(url), consentToAll);
  };
  /** The agent holds both for the person. */
  const consent = async (): Promise<void> => {
    const asked = await exchange(await accessToken(desk, there));
    if (asked.status !== 200) await allow(String(consentUrl(asked)));
  };
  const rows = services.documents.collection<Delegation>(DELEGATIONS);
  const rowHolds = async (scope: readonly string[]): Promise<void> => {
    const row = await allowed();
    const found = row && (await rows.get(row.id));
    if (found) await rows.replace({ ...found.document, scope }, found.version);
  };
  const forget = async (): Promise<void> => {
    const row = await allowed();
    if (row) await services.delegations.revoke(row.id, scene.accountId);
  };

  const assertion = (who: Identity, scope: string) =>
    idp.assertion(
      { audience: server.issuer, clientId: who.clientId, subject: 'u-9' },
      { claims: { resource: HERE, scope } },
    );

  /** A token that is looked at when it is there. */
  const presentable = async (layer: DecisionLayer): Promise<Made> => {
    if (layer === 'subject_token') return { token: await accessToken(agent, HERE, 'openid offline_access read') };
    if (layer === 'client') return { token: await accessToken(desk, HERE) };
    if (layer !== 'delegation') return { token: await accessToken(agent, HERE) };
    return { token: good(await exchange(await accessToken(desk, there)), 'access_token') };
  };

  const activate = async (text: string): Promise<void> => {
    const { document } = await services.policies.create({ text }, { caller: 'system' });
    await services.policies.activate(document.id, {}, { caller: 'system' });
  };
  const approve = async (authReqId: string): Promise<string> => {
    const { service: approvals } = services.approvals;
    const approval = await approvals.find(authReqId, agent.clientId);
    if (!approval) throw new Error('no approver is asked');
    await approvals.approve(approval.id, {
      account: scene.accountId,
      seen: approval.digest,
      request: 'req_test',
      assurance: { amr: ['pwd'], authTime: services.clock.now() },
      ...(approval.number === undefined ? {} : { number: approval.number }),
    });
    return authReqId;
  };
  const approvedRequest = async (): Promise<string> => {
    const form = { scope: 'openid write', resource: HERE, login_hint: scene.person.username };
    return approve(good(await calls.backchannel(scene.keyed(agent), form), 'auth_req_id'));
  };
  /** Of an exchange that policies want people to approve. */
  const approvedExchange = async (layer: DecisionLayer): Promise<string> => {
    const subject = await subjectToken(layer);
    await activate(`@id("all") permit (principal, action, resource) when { context.depth < 9 };
@id("approved") @approval("required") forbid (principal, action == Action::"act", resource)
when { resource.name == "write" } unless { context has approval };`);
    try {
      cell = ['token_exchange', 'policy'];
      return await approve(approvalRemedy(await exchange(subject, { scope: 'write' })).auth_req_id);
    } finally {
      cell = undefined;
      await activate(services.policies.starter);
    }
  };

  const ROUTES: { readonly [R in Route]: Asking } = {
    client_credentials: {
      ask: async (_, layer) =>
        given(
          await token(identityOf(whoAt(layer)), {
            grant_type: 'client_credentials',
            resource: HERE,
            scope: 'read write',
          }),
        ),
    },
    authorization_request: {
      ask: async (_, layer) => given(await tokens(identityOf(whoAt(layer)), HERE)),
    },
    authorization_code: {
      prepare: async (layer) => code(identityOf(whoAt(layer)), [HERE, there]),
      ask: async (form, layer) => given(await token(identityOf(whoAt(layer)), { ...form, resource: HERE })),
    },
    refresh_token: {
      prepare: async (layer) => ({
        refresh_token: good(await tokens(identityOf(whoAt(layer)), HERE), 'refresh_token'),
      }),
      ask: async (form, layer) =>
        given(await token(identityOf(whoAt(layer)), { grant_type: 'refresh_token', resource: HERE, ...form })),
    },
    device_code: {
      async prepare(layer) {
        const who = scene.keyed(identityOf(whoAt(layer)));
        const begun = await calls.device(who, { scope: 'openid offline_access read write', resource: [HERE] });
        await scene.walkConsent(await scene.browser.open(good(begun, 'verification_uri_complete')), consentToAll);
        return { device_code: String(begun.body['device_code']) };
      },
      ask: async (form, layer) => given(await token(identityOf(whoAt(layer)), { grant_type: DEVICE_CODE, ...form })),
    },
    token_exchange: {
      prepare: async (layer) => ({ subject: await subjectToken(layer) }),
      ask: async ({ subject = '' }) => given(await exchange(subject, { scope: 'read write' })),
    },
    id_jag: {
      prepare: async (layer) => ({ idToken: good(await tokens(identityOf(whoAt(layer)), there), 'id_token') }),
      ask: async ({ idToken = '' }, layer) =>
        given(
          await token(identityOf(whoAt(layer)), {
            grant_type: EXCHANGE,
            requested_token_type: ID_JAG,
            audience: PEER,
            resource: BEHIND,
            subject_token: idToken,
            subject_token_type: ID_TOKEN,
          }),
        ),
    },
    jwt_bearer: {
      ask: async (_, layer) => {
        const who = identityOf(whoAt(layer));
        const said = await assertion(who, layer === 'subject_token' ? 'read' : 'read write');
        return given(await token(who, { grant_type: JWT_BEARER, assertion: said, scope: 'read write' }));
      },
    },
    txn_token: {
      async prepare(layer) {
        if (layer === 'client') return { subject: await accessToken(desk, HERE) };
        const full = await exchange(await accessToken(desk, there), layer === 'subject_token' ? { scope: 'read' } : {});
        return { subject: good(full, 'access_token') };
      },
      ask: async ({ subject = '' }) =>
        given(
          await token(agent, {
            grant_type: EXCHANGE,
            requested_token_type: TXN_TOKEN,
            audience: 'shop.example',
            subject_token: subject,
            subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
            scope: 'read write',
          }),
        ),
    },
    ciba: {
      async prepare(layer) {
        const id = OF_AN_EXCHANGE.includes(layer) ? await approvedExchange(layer) : await approvedRequest();
        return { auth_req_id: id };
      },
      ask: async (form) => given(await token(agent, { grant_type: CIBA, ...form })),
    },
    consent: {
      prepare: async (layer) => ({ subject: await subjectToken(layer) }),
      // Whether the person may be asked at all is decided where the exchange is refused, and again on the page.
      async ask({ subject = '' }) {
        await forget();
        const url = consentUrl(await exchange(subject, { scope: 'read write' }));
        if (url !== undefined) await allow(String(url));
        const row = await allowed();
        await forget();
        return scopesIn((row?.scope ?? []).join(' '));
      },
    },
    introspection: {
      prepare: presentable,
      ask: async ({ token: text = '' }) =>
        (await calls.introspect(introspecting, text)).body['active'] === true ? BOTH : [],
    },
    access_evaluation: {
      prepare: presentable,
      async ask({ token: text = '' }, layer) {
        const question = {
          subject: { type: 'account', id: scene.accountId },
          action: { name: 'write' },
          resource: { type: 'resource_server', id: HERE },
          context: layer === 'delegation' ? { agent: agent.clientId } : { token: text },
        };
        return (await authzen.evaluate(question)).body['decision'] === true ? ['write'] : [];
      },
    },
  };

  const undoing = async (apply: () => Promise<void>, undo: () => Promise<void>): Promise<() => Promise<void>> => {
    await apply();
    return undo;
  };
  const narrowRights = { [HERE]: WITH_READ, [there]: ['read', 'write'], [BEHIND]: WITH_READ };
  const wholeRights = { [HERE]: BOTH, [there]: ['read', 'write'], [BEHIND]: BOTH };
  const nothing = async (): Promise<() => Promise<void>> => async () => undefined;

  /** Brings about that the layer has something against `write`; answers what takes it back. */
  // A transaction of several people is declared first, in test/integration/transactions-of-several.test.ts.
  const AGAINST: { readonly [L in DecisionLayer]: (route: Route) => Promise<() => Promise<void>> } = {
    response: () =>
      undoing(
        async () => {
          const ends = Math.floor(Date.now() / 1000) + 600;
          const restriction = { act: 'narrow', response: 'rsp_cells', at: ends - 601, until: ends } as const;
          const past = { resources: [there], people: [], hasAllPeople: true } as const;
          await services.agents.restrict(agent.clientId, { ...restriction, ...past }, { caller: 'system' });
        },
        async () => {
          const ordered = { response: 'rsp_cells', at: 0, until: 0, owner: scene.accountId };
          await services.agents.endRestriction(agent.clientId, ordered, { caller: 'system' });
        },
      ),
    client: () =>
      undoing(
        () => changed(`/clients/${desk.clientId}`, { authority: narrowRights }),
        () => changed(`/clients/${desk.clientId}`, { authority: wholeRights }),
      ),
    agent: () =>
      undoing(
        () => changed(`/agents/${agent.clientId}`, { authority: narrowRights }),
        () => changed(`/agents/${agent.clientId}`, { authority: wholeRights }),
      ),
    blueprint: () =>
      undoing(
        () => ceilings({ authority: narrowRights }),
        () => ceilings({}),
      ),
    environment: () =>
      undoing(
        () => changed(`/resource-servers/${resource.id}`, { environments: ['production'] }),
        () => changed(`/resource-servers/${resource.id}`, { environments: ['test', 'production'] }),
      ),
    approval: () =>
      undoing(
        () => ceilings({ approvals: { [HERE]: ['write'], [BEHIND]: ['write'] } }),
        () => ceilings({}),
      ),
    subject: () =>
      undoing(
        () => changed(`/accounts/${scene.accountId}`, { entitlements: { ...narrowRights } }),
        () => changed(`/accounts/${scene.accountId}`, { entitlements: null }),
      ),
    grant: (route) =>
      route === 'jwt_bearer'
        ? undoing(
            () => changed(`/peers/${peerId}`, { inbound: { ...inbound, resources: { [HERE]: ['read'] } } }),
            () => changed(`/peers/${peerId}`, { inbound }),
          )
        : nothing(),
    subject_token: nothing,
    delegation: () =>
      undoing(
        () => rowHolds(WITH_READ),
        () => rowHolds(BOTH),
      ),
    policy: () =>
      undoing(
        () =>
          activate(`@id("all") permit (principal, action, resource) when { context.depth < 9 };
@id("no-write") forbid (principal, action in [Action::"act", Action::"delegate"], resource) when { resource.name == "write" };`),
        () => activate(services.policies.starter),
      ),
    participants: nothing,
    external: async () => {
      permitted = WITH_READ;
      return async () => {
        permitted = BOTH;
      };
    },
  };

  /** Layers that events since then name for `write`. */
  const withheldSince = async (id: string | undefined): Promise<readonly string[]> => {
    const { entries } = await services.audit.list({ limit: 50 });
    const at = entries.findIndex((entry) => entry.id === id);
    const layers = entries.slice(0, at === -1 ? entries.length : at).flatMap(({ event }) => {
      const { removed = [] } = (event.inputs ?? {}) as {
        readonly removed?: readonly { scope: string; layer: string }[];
      };
      return removed.filter(({ scope }) => scope === 'write').map((one) => one.layer);
    });
    return [...new Set(layers)];
  };

  await consent();

  return {
    server,
    /**
     * What is given on the route while the layer has something against `write`: with the layer there alone, and without it.
     * `named`: the layers that the audit log says withheld `write` in the first case.
     */
    async probe(
      route: Route,
      layer: DecisionLayer,
    ): Promise<{
      readonly with: readonly Scope[];
      readonly without: readonly Scope[];
      readonly named: readonly string[];
    }> {
      const { prepare = async () => ({}), ask } = ROUTES[route];
      const isEarly = route === 'ciba' && BEFORE_ASKED.includes(layer);
      const usual = agent;
      // One agent may ask one person to consent ten times at most.
      if (route === 'consent') agent = await newAgent();
      let named: readonly string[] = [];
      const once = async (counting: boolean): Promise<readonly Scope[]> => {
        cell = undefined;
        if (route !== 'consent') await consent();
        const before = isEarly ? await AGAINST[layer](route) : undefined;
        const ready = await prepare(layer);
        const undo = before ?? (await AGAINST[layer](route));
        const since = (await services.audit.list({ limit: 1 })).entries[0]?.id;
        try {
          cell = counting ? [route, layer] : undefined;
          return await ask(ready, layer);
        } finally {
          cell = undefined;
          if (counting) named = await withheldSince(since);
          await undo();
        }
      };
      try {
        return { with: await once(true), without: await once(false), named };
      } finally {
        agent = usual;
      }
    },
    close: () => server.close(),
  };
};

export type DecisionCells = Awaited<ReturnType<typeof decisionCells>>;
