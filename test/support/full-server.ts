/**
 * A server on which everything that a page can show is there: for the tests that look at every page. Ada answers for agents,
 * allows some, decides about actions, has factors, connections and browsers, and may administer all of it.
 */
import { createECDH } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { Agent } from '../../src/domain/clients/agents/agent.ts';
import { canonicalComposition } from '../../src/domain/clients/agents/composition.ts';
import { mailLinks } from '../../src/domain/identity/accounts/mail-links.ts';
import { DELIVERIES, type Delivery } from '../../src/domain/platform/outbox/delivery.ts';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { newKeyPair } from './agent-keys.ts';
import { approvalScene, PASSWORD, PAYMENTS } from './approval-scene.ts';
import { type Browser, newBrowser, submitSignIn } from './browser-flow.ts';
import { declaredTransaction } from './declared-transaction.ts';
import { exampleType } from './detail-types.ts';
import { failingSink } from './failing-sink.ts';
import { failingTarget } from './failing-target.ts';
import { internalHosts } from './internal-hosts.ts';
import { mailServer } from './mail-server.ts';
import type { Management } from './management.ts';
import { openReview } from './open-review.ts';
import { pausedDirectory } from './paused-directory.ts';
import { previewedDirectory } from './previewed-directory.ts';
import { credentialOf, reportOf, resultsOf, sendReports } from './reports.ts';
import { type RunOptions, runServer } from './running-server.ts';
import { REDIRECT_URI } from './scene.ts';
import { shownInventories } from './shown-inventories.ts';
import { shownResponses } from './shown-responses.ts';
import { shownSignals } from './shown-signals.ts';
import { undeclaredAgent } from './undeclared-agent.ts';
import { until } from './until.ts';

const DAY = 86_400;
/** No server listens there. */
const NOWHERE = 'localhost:1';

const SYSTEM = { caller: 'system' };
const PHONE = 'Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0';
const LAPTOP =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
export const PAYMENT = {
  type: 'payment_initiation',
  amount: 125_000,
  currency: 'EUR',
  creditor: { name: 'Nordwind Energy AG', account: 'DE02120300000000202051' },
  reference: 'Invoice 2026-118',
};
const TYPE = exampleType('payment');
/** The same scopes as in the scene, in words that a reader of the pages understands. */
const CALENDAR = [
  { name: 'read', description: 'Read your calendar', risk: 'low' },
  { name: 'write', description: 'Change your calendar', risk: 'medium' },
  { name: 'delete', description: 'Delete appointments for good', risk: 'high' },
];

export type FullServer = Awaited<ReturnType<typeof fullServer>>;

export const fullServer = async (options: RunOptions = {}) => {
  const mails = await mailServer();
  const server = await runServer({
    ...options,
    environment: {
      ...mails.environment,
      ...internalHosts({
        upstreamProviders: NOWHERE,
        trustedIssuers: NOWHERE,
        clientKeys: NOWHERE,
        webhooks: NOWHERE,
        approvalPings: NOWHERE,
        appLogout: NOWHERE,
        pushServices: NOWHERE,
      }),
      BEHALF__PUSH__SERVICES: NOWHERE,
      BEHALF__PASSWORDS__ARGON2MEMORYKIB: '64',
      ...options.environment,
    },
  });
  const { services } = server.behalf;
  const scene = await approvalScene(server);
  const { management, accountId: ada, jwt } = scene;
  const now = Math.floor(Date.now() / 1000);
  const made = async (path: string, body: object = {}): Promise<Readonly<Record<string, unknown>>> => {
    const answer = await management.call('POST', path, body);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const idOf = async (path: string, body: object): Promise<string> => String((await made(path, body))['id']);
  const newKeys = async () => ({ keys: [(await newKeyPair()).publicJwk] });

  const about = { email: 'ada@example.com', emailVerified: true, groups: ['planners'] };
  await services.accounts.update(ada, 1, { roles: ['administrator'], ...about }, SYSTEM);
  const bob = (await management.createAccount({ username: 'bob', name: 'Bob Noyce', password: PASSWORD })).id;
  const breakers = await Promise.all(
    ['Carla', 'Dora'].map((name) =>
      idOf('/accounts', { username: name.toLowerCase(), name, password: PASSWORD, roles: ['break_glass'] }),
    ),
  );
  // They hold the role before the request for which they use it.
  const rolesAt = services.clock.now();
  const group = await idOf('/groups', { name: 'Planners', members: [ada, bob] });

  // What there is to reach, and within which bounds.
  const bank = await management.createResourceServer({
    identifier: 'https://bank.example.com',
    name: 'The bank',
    scopes: [
      { name: 'balance', description: 'See the balance', risk: 'medium' },
      { name: 'close', description: 'Close the account', risk: 'critical' },
    ],
    detail_types: [TYPE, exampleType('file-access')],
  });
  const blueprint = await management.createBlueprint({
    name: 'Small agents',
    purpose: 'Read and no more',
    ceilings: { authority: { [jwt.identifier]: ['read', 'write'] } },
  });
  const budget = { name: 'No more than this', measure: 'tokens', window_seconds: 3600, limit: 10_000 };
  const budgetId = await idOf('/budgets', {
    ...{ ...budget, about: 'account', subject: ada, resource: jwt.identifier, scopes: ['read'] },
  });
  const trusted = { name: 'Cluster of the tools', template: 'generic', issuer: 'https://issuer.example.com' };
  const issuerId = await idOf('/trusted-issuers', { ...trusted, jwks: await newKeys() });
  const peer = await made('/peers', {
    ...{ name: 'The other organisation', issuer: 'https://peer.example.com', jwks: await newKeys() },
    inbound: { clients: [scene.app.clientId], resources: { [jwt.identifier]: ['read'] } },
    outbound: {
      clients: { [scene.app.clientId]: 'desk-over-there' },
      resources: [
        {
          identifier: 'https://api.peer.example.com',
          scopes: [{ name: 'notes.read', description: 'Read the notes over there', risk: 'medium' }],
        },
      ],
    },
  });
  const accountLink = await idOf('/account-links', { peer: peer['id'], subject: 'bob-over-there', account: bob });
  const hooks = { name: 'Our tool', url: 'https://hooks.example.com/behalf', kinds: ['agent.killed'] };
  const webhook = await idOf('/webhooks', hooks);
  const letter: Delivery = {
    ...{ id: 'msg_undelivered', channel: 'webhook', to: webhook, queue: webhook, kind: 'agent.killed', body: '{}' },
    ...{ state: 'dead', attempts: 9, failure: 'status_not_ok', failureStatus: 503, giveUpAt: now },
    ...{ createdAt: now - 3 * DAY, forgetAt: now + 30 * DAY },
    history: Array.from({ length: 9 }, (_, index) => ({
      at: now - (9 - index) * 3 * 3600,
      ...(index < 4 ? { failure: 'not_reachable' } : { failure: 'status_not_ok', status: 503 }),
    })),
  };
  await services.documents.collection<Delivery>(DELIVERIES).insert(letter);
  const { failureStatus: _, ...mail } = letter;
  await services.documents.collection<Delivery>(DELIVERIES).insert({
    ...{ ...mail, id: 'msg_unmailed', channel: 'mail', to: ada, queue: `mail:${ada}`, kind: 'agent.suspended' },
    ...{ attempts: 1, failure: '550 mailbox unavailable', createdAt: now - DAY, history: [] },
  });
  const auditSink = await failingSink(services, now);
  const target = await failingTarget({ services, management }, [ada, group]);
  const directory = await pausedDirectory({ server, management }, { account: bob, owner: ada });
  const successorRule = await idOf('/successor-rules', { applies_to: directory, manager: true, group });
  const dryRun = await previewedDirectory({ server, management });
  const registrationToken = await idOf('/initial-access-tokens', { owner: ada, blueprint: blueprint.id });
  const [signingKey] = (await management.call('GET', '/keys')).body['items'] as readonly { readonly id: string }[];
  const { text: activePolicies } = (await management.call('GET', '/policy-sets/active')).body;
  const nights =
    '@id("nights")\n@reason("No agent works at night.")\nforbid (principal, action == Action::"act", resource); // as it was\n';
  const draft = await made('/policy-sets', {
    text: `${activePolicies}\n${nights}`,
    note: 'Nights off',
  });

  // Agents in every state.
  const newAgent = async (name: string, more: object = {}, isAccepted = true): Promise<string> => {
    const body = {
      ...{ name, purpose: `What ${name} is for`, environment: 'test', owner: ada, jwks: await newKeys() },
      ...{ redirect_uris: [REDIRECT_URI], resource_servers: [jwt.id, bank.id] },
      ...more,
    };
    return isAccepted ? (await management.createAgent(body)).id : idOf('/agents', body);
  };
  const planner = await newAgent('Planner', {
    ...{ uses: ['plans days'], sponsor: bob, contact: 'planner@example.com', blueprint: blueprint.id },
    ...{ provider: 'Example Works', provider_version: '7.1 beta', expires_at: now + 3 * DAY },
    composition: {
      digest: `sha256:${'a'.repeat(64)}`,
      model: 'model-7',
      prompt: 'p-3',
      tools: ['calendar.find', 'mail.send'],
    },
  });
  // It ran with another composition, and waits for its owner.
  const stored = (await services.agents.get(planner))?.document as Agent;
  const composition = canonicalComposition({
    ...{ model: 'model-8', prompt: 'p-4', tools: ['calendar.find', 'rail.book'] },
    toolDigests: { 'rail.book': `sha256:${'b'.repeat(64)}` },
  });
  await services.agents.noticeComposition(
    { ...stored, ceilings: { compositionDrift: 'approve' } },
    { composition, grade: 'declared' },
    { caller: planner },
  );
  const hold = await idOf('/legal-holds', {
    ...{ about: planner, from: now - DAY, to: now + DAY, reason: 'Case 12: payments of the planner' },
  });
  const settled = await idOf('/legal-holds', { reason: 'Audit of the first quarter' });
  await management.call('POST', `/legal-holds/${settled}/release`, { reason: 'The auditors have their report' });
  const responses = await shownResponses(server, scene, { agent: planner, owner: ada });
  const blueprintPath = `/blueprints/${blueprint.id}`;
  const version = String((await management.call('GET', blueprintPath)).headers.get('etag'));
  const ceilings = { authority: { [jwt.identifier]: ['read'] }, max_access_token_seconds: 600 };
  await management.call('PATCH', blueprintPath, { ceilings }, { 'if-match': version });
  const payer = await newAgent('Payer', { resource_servers: [bank.id] });
  const pending = await newAgent('Waits for its owner', {}, false);
  const offered = await newAgent('Handed over', { owner: bob });
  await services.agents.update(offered, 2, { owner: ada }, { caller: bob });
  const suspended = await newAgent('Suspended');
  await made(`/agents/${suspended}/suspend`);
  await newAgent('Of a group', { owner: group }, false);
  await made(`/agents/${planner}/credentials`, { kind: 'jwks', name: 'Spare keys', jwks: await newKeys() });
  const copy = await newKeyPair();
  const { kty, ...key } = copy.publicJwk;
  await services.instances.start(planner, { jwk: { ...key, kty: String(kty) } as never }, SYSTEM, 'Copy on the left');
  const kill = await idOf('/kills', { scope: 'agent', id: suspended, reason: 'It was too loud' });

  // What people allowed, and are asked.
  const { access_token: token } = await scene.newTokens(jwt.identifier);
  const path = `/resource-servers/${jwt.id}`;
  const etag = String((await management.call('GET', path)).headers.get('etag'));
  await management.call(
    'PATCH',
    path,
    { permissions: ['reports:write'], name: 'Calendar', scopes: CALENDAR },
    { 'if-match': etag },
  );
  const report = reportOf(String(token), { tool: 'calendar.create', resource: 'events/42' });
  resultsOf(await sendReports(server.issuer, credentialOf(jwt), JSON.stringify({ reports: [report] })));
  const consent = { subject: ada, expiresAt: now + DAY, by: ada };
  const first = await services.delegations.recordConsent({
    ...{ ...consent, actor: scene.agent.clientId, resource: jwt.identifier, asked: ['read', 'write'] },
    ...{ scope: ['read', 'write'], delegableTo: { agents: [planner], depth: 2 } },
  });
  if (!first) throw new Error('no delegation');
  await services.delegations.derive({
    ...{ parent: first, actor: planner, resource: jwt.identifier, scope: ['read'], expiresAt: now + DAY },
    delegableTo: { agents: [], depth: 0 },
  });
  await services.delegations.recordConsent({
    ...{ ...consent, actor: planner, resource: PAYMENTS, asked: ['pay'], scope: ['pay'] },
    ...{ details: [PAYMENT], delegableTo: { agents: [], depth: 0 } },
  });
  const declared = await declaredTransaction(server.issuer, scene, (agent) =>
    services.delegations.recordConsent({
      ...{ ...consent, actor: agent.clientId, resource: jwt.identifier, asked: ['read', 'write'] },
      ...{ scope: ['read', 'write'], delegableTo: { agents: [], depth: 0 } },
    }),
  );
  const steps = await management.call('GET', `/transactions/${declared.id}/steps`);
  const stated = { trigger: 'schedule', intent: 'Nothing, and closed at once' };
  const closed = await management.call('POST', '/transactions', stated, {}, declared.agent);
  await management.call('POST', `/transactions/${String(closed.body['id'])}/close`);
  const handedOver = await newAgent('In new hands', { owner: bob });
  await services.delegations.recordConsent({
    ...{ ...consent, actor: handedOver, resource: PAYMENTS, asked: ['pay'], scope: ['pay'] },
    ...{ details: [PAYMENT], delegableTo: { agents: [], depth: 0 } },
  });
  await services.agents.update(handedOver, 2, { owner: group }, { caller: bob });
  const asking = {
    resource: PAYMENTS,
    scope: ['pay'],
    details: [PAYMENT],
    message: 'The invoice of the energy people',
  };
  const open = await scene.ask(ada, { risk: 'high', approvers: [ada, bob], action: asking });
  const small = await scene.ask(ada, { action: { message: 'As every day' } });
  await scene.ask(ada, { action: { scope: ['write'] } });
  const remembered = await scene.ask(ada, { action: { scope: ['read', 'write'], message: 'And the next ones' } });
  await until(async () => services.clock.now() > rolesAt);
  const noon = { ...asking, message: 'The run stops at noon' };
  const emergency = await scene.ask(ada, {
    channel: 'token_exchange',
    risk: 'critical',
    approvers: [ada],
    action: noon,
  });
  const emergencyUse = { seen: emergency.digest, request: 'req_full' };
  const proof = { acr: MULTI_FACTOR, amr: ['hwk', 'user', 'mfa'], authTime: now } as const;
  for (const [index, account] of breakers.entries()) {
    const reason = index === 0 ? { reason: 'The bank closes at noon, and no approver can be reached.' } : {};
    await services.approvals.service.breakGlass.break(emergency.id, {
      ...emergencyUse,
      account,
      assurance: proof,
      ...reason,
    });
  }
  const denied = await scene.ask(ada, { action: { scope: ['delete'], message: 'Away with it' } });

  // Ada herself.
  const assurance = { acr: 'urn:behalf:acr:1', amr: ['pwd'], authTime: now } as never;
  const changing = { account: ada, assurance, by: { caller: ada } };
  const works = { name: 'Example Works', issuer: 'https://works.example.com', clientId: 'behalf-here' };
  const upstream = (await services.upstreams.create({ ...works, domains: ['works.example'] }, SYSTEM)).document.id;
  const cloud = { name: 'Sample Cloud', issuer: 'https://cloud.example.com', clientId: 'behalf-there' };
  await services.upstreams.create(cloud, SYSTEM);
  const link = {
    upstream,
    subject: 'ada-at-works',
    account: ada,
    label: 'ada@works.example',
    proof: 'session',
  } as const;
  await services.upstreamLinks.create(link, SYSTEM);
  await shownInventories(management, { client: scene.app.clientId, owner: 'ada@example.com' });
  const signals = await shownSignals({ server, management }, { account: bob, upstream });
  await services.push.registry?.add(
    ada,
    {
      ...{ name: 'Phone of Ada', language: 'en', endpoint: `https://${NOWHERE}/push`, auth: 'A'.repeat(22) },
      p256dh: createECDH('prime256v1').generateKeys('base64url'),
      applicationServerKey: (await services.push.keys.current()).publicKey,
    },
    { caller: ada },
  );
  const away = { from: now, until: (Math.floor(now / DAY) + 7) * DAY };
  const absence = await services.approvals.absences.declare(
    ada,
    { deputy: bob, ...away },
    { by: { caller: ada }, assurance },
  );
  await services.approvals.absences.declare(bob, { deputy: ada, ...away }, { by: { caller: bob }, assurance });
  const browser = await scene.browserOf('ada', { 'user-agent': PHONE });
  for (const one of [denied, remembered]) await scene.answer(browser, one, one === denied ? 'deny' : 'approve');
  // Only then: an agent may have few open requests with one person.
  const called = await scene.ask(ada, {
    channel: 'token_exchange',
    risk: 'critical',
    approvers: [ada],
    action: { ...asking, message: 'The supplier delivers tomorrow' },
  });
  await services.approvals.service.breakGlass.break(called.id, {
    ...{ seen: called.digest, request: 'req_called', account: breakers[0] ?? '', assurance: proof },
    reason: 'The supplier delivers only what is paid today.',
  });
  const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
  const codes = [
    ...((await services.factors.add({ kind: 'totp', name: 'Work phone', secret, lastStep: 0 }, changing)) ?? []),
  ];

  /** The browser of a user, signed in anew; ada's with a recovery code, of which there are ten. */
  const signedIn = async (username: 'ada' | 'bob' = 'ada'): Promise<Browser> => {
    const fresh = newBrowser(server.issuer, undefined, { 'user-agent': LAPTOP });
    const first = await fresh.open(`${server.issuer}/account`);
    const page = await submitSignIn(fresh, first, { username, password: PASSWORD });
    const form = page.forms.find(({ fields }) => fields.some(({ name }) => name === 'code'));
    if (form) await fresh.submit(page, form, { set: { code: String(codes.pop()) } });
    return fresh;
  };
  const asksFor = async (request: Parameters<typeof services.requests.create>[0]): Promise<string> =>
    (await services.requests.create(request)).url;
  const links = mailLinks(services);
  const account = (await services.accounts.get(ada))?.document as never;

  return {
    ...{ server, scene, management, services, codes, signedIn, mails },
    ids: {
      ada,
      bob,
      group,
      bank: bank.id,
      budget: budgetId,
      issuer: issuerId,
      ...{ peer: String(peer['id']), accountLink, absence: absence.id },
      pushKey: (await services.push.keys.current()).id,
      /** An event with a personal value. */
      signIn: (await services.audit.list({ type: 'session.started', limit: 1 })).entries[0]?.id ?? '',
      registrationToken,
      signingKey: String(signingKey?.id),
      blueprint: blueprint.id,
      client: scene.app.clientId,
      planner,
      credential: await credentialOfAgent(management, planner),
      payer,
      pending,
      offered,
      handedOver,
      suspended,
      kill,
      delegation: first.id,
      grant: await appGrant(management, scene.app.clientId),
      transaction: String(decodeJwt(String(token))['txn']),
      declared: declared.id,
      closed: String(closed.body['id']),
      event: String((steps.body['items'] as readonly { readonly event: string }[])[0]?.event),
      webhook,
      auditSink,
      target,
      successorRule,
      ...{ receiver: signals.receiver, stream: signals.stream, transmitter: signals.transmitter },
      directory,
      dryRun,
      ...{ hold, ...responses },
      finding: (await undeclaredAgent(scene, 'Report agent')).finding,
      ...(await openReview(management, (resource) =>
        services.delegations.recordConsent({
          ...{ ...consent, actor: planner, resource, asked: ['read'], scope: ['read'] },
          delegableTo: { agents: [], depth: 0 },
        }),
      )),
      upstream,
      draft: String(draft['version']),
    },
    approvals: { open, small, denied, remembered, emergency, called },
    /** Pages behind links that are made for one use. */
    links: {
      email: await links.make('email', account, 'ada@new.example'),
      reset: await links.make('reset', account, 'ada@example.com'),
      delegation: await asksFor({
        ...{ subject: ada, agent: payer, resource: 'https://bank.example.com', scope: ['balance'] },
        ...{ details: [PAYMENT], viaClient: scene.agent.clientId },
      }),
      stepUp:
        (
          await services.stepUps.page(
            { subject: ada, grant: 'grt_of_the_tour', clientId: scene.app.clientId },
            { id: payer, resource: 'https://bank.example.com' },
            { acrValues: [MULTI_FACTOR] },
          )
        )?.url ?? '',
      /** Its blueprint permits nothing of this. */
      delegationOfNothing: await asksFor({
        ...{ subject: ada, agent: planner, resource: PAYMENTS, scope: ['pay'], details: [PAYMENT] },
        viaClient: scene.app.clientId,
      }),
    },
    async close(): Promise<void> {
      await server.close();
      await mails.close();
    },
  };
};

/** A grant that the person gave the app. */
const appGrant = async (management: Management, app: string): Promise<string> => {
  const { items } = (await management.call('GET', `/grants?client=${app}`)).body;
  const [grant] = items as readonly { readonly id: string }[];
  if (!grant) throw new Error('no grant of the app');
  return grant.id;
};

/** The first credential of an agent. */
const credentialOfAgent = async (management: Management, agent: string): Promise<string> => {
  const { items } = (await management.call('GET', `/agents/${agent}/credentials`)).body;
  const [credential] = items as readonly { readonly id: string }[];
  if (!credential) throw new Error('no credential');
  return credential.id;
};
