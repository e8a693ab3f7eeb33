/** A way past every page that opens by its address, in every state it has. */
import { type FullServer, PAYMENT } from './full-server.ts';
import { formOf } from './oauth-calls.ts';

export type Stop = {
  readonly name: string;
  readonly url: string;
  /** Absent: nobody is signed in. */
  readonly as?: 'ada';
  /** The button that a picture of the page presses first. */
  readonly press?: string;
};

/** A request of an agent for one payment, in which everything is as it says. */
export const askingDetails = ({ scene, ids }: FullServer, detail: object): string =>
  scene.authorizationRequest(
    { ...scene.agent, clientId: ids.payer },
    {
      ...{ scope: 'openid balance', resource: 'https://bank.example.com', prompt: 'consent' },
      authorization_details: JSON.stringify([detail]),
    },
  ).url;

/** A payment in which every text is one of these, as long as its type lets it be. */
export const detailSaying = (round: number, textAt: (index: number) => string): object => ({
  ...PAYMENT,
  creditor: {
    name: textAt(round).slice(0, 70),
    account: textAt(round + 1)
      .slice(0, 34)
      .padEnd(5, '-'),
  },
  reference: textAt(round + 2).slice(0, 140),
});

/** A request that cannot be granted, answered by a page of oidc-provider that takes `state` to the app by a form. */
export const answeredByForm = ({ scene }: FullServer, state: string): string =>
  scene.authorizationRequest(scene.app, { scope: 'openid', prompt: 'none', response_mode: 'form_post', state }).url;

export const tourOf = (full: FullServer): readonly Stop[] => {
  const { server, scene, ids, approvals, links } = full;
  const { issuer } = server;
  const at = (path: string): string => `${issuer}${path}`;
  const ada = (name: string, path: string): Stop => ({
    name,
    url: path.startsWith('http') ? path : at(path),
    as: 'ada',
  });
  const nobody = (name: string, path: string): Stop => ({ name, url: path.startsWith('http') ? path : at(path) });
  const agent = (id: string): string => `/console/agents/${id}`;
  const asking = (more: Record<string, string | readonly string[]> = {}, identity = scene.agent): string =>
    scene.authorizationRequest(identity, {
      ...{ scope: 'openid profile email read write delete', resource: scene.jwt.identifier, prompt: 'consent' },
      ...more,
    }).url;
  const trying = {
    agent: ids.planner,
    person: 'ada',
    resource: scene.jwt.identifier,
    policy: 'active',
    consent: 'yes',
  };

  return [
    // They need a second factor of the last five minutes: a busy machine comes too late to the end of the tour.
    ada('trusted issuer, new', '/console/trusted-issuers/new'),
    ada('trusted issuer, changed', `/console/trusted-issuers/${ids.issuer}/edit`),
    ada('other domain, new', '/console/peers/new'),
    ada('other domain, changed', `/console/peers/${ids.peer}/edit`),
    ada('signing key, revoked', `/console/keys/${ids.signingKey}/revoke`),
    nobody('home', '/'),
    ada('home, signed in', '/'),
    nobody('sign-in', asking()),
    nobody('sign-in for the account', '/account'),
    nobody('signed out', '/account/signed-out'),
    nobody('signed in, from nowhere', '/account/signed-in?state=x'),
    nobody('back from no provider', '/upstream/callback?state=x&code=y'),
    nobody('no interaction', '/interaction/nothing'),
    nobody('no page', '/account/nothing'),
    nobody('reset asked', '/account/reset'),
    nobody('reset sent', '/account/reset?sent=1'),
    nobody('reset', `/account/reset/${links.reset}`),
    nobody('reset, over', `/account/reset/${'x'.repeat(43)}`),
    nobody('an app nobody knows', '/auth?client_id=nobody&response_type=code'),
    nobody('an address nobody registered', `/auth?client_id=${scene.app.clientId}&redirect_uri=https://evil.example/`),
    nobody('device', '/device'),
    nobody('device, with its code', '/device?user_code=BCDF-GHJK'),
    nobody('sign-out', '/session/end'),
    nobody('signed out at oidc-provider', '/session/end/success'),
    ada('consent', asking()),
    ada('consent with details', askingDetails(full, PAYMENT)),
    ada('consent of an app', asking({ scope: 'openid profile read' }, scene.app)),
    ada('sign-out, signed in', '/session/end'),
    ada('account', '/account'),
    ada('account, after a change', '/account?done=revoked'),
    ada('activity', '/account/activity'),
    ada('password', '/account/password'),
    ada('security', '/account/security'),
    ada('security, after a change', '/account/security?done=added'),
    ada('app', '/account/security/totp'),
    ada('passkey', '/account/security/passkey'),
    ada('email', '/account/email'),
    ada('email, sent', '/account/email?sent=1'),
    ada('email, confirmed', `/account/email/${links.email}`),
    ada('notifications', '/account/notifications'),
    ada('notifications, after a change', '/account/notifications?done=untested'),
    ada('sessions', '/account/sessions'),
    ada('sessions, after a change', '/account/sessions?done=ended'),
    ada('away', '/account/away'),
    ada('away, after a change', '/account/away?done=declared'),
    ada('away, new', '/account/away/new'),
    ada('delegation asked for', links.delegation),
    ada('step-up', links.stepUp),
    ada('delegation asked for, nothing to give', links.delegationOfNothing),
    ada('new owner', `/account/agents/${ids.handedOver}/owner`),
    ada('approvals', '/account/approvals'),
    ada('approvals, several', '/account/approvals/batch'),
    ada('approval of high risk', `/account/approvals/${approvals.open.id}`),
    ada('approval', `/account/approvals/${approvals.small.id}`),
    ada('approval, denied', `/account/approvals/${approvals.denied.id}`),
    ada('approval, given', `/account/approvals/${approvals.remembered.id}`),
    ada('no approval', '/account/approvals/apv_nothing'),
    ada('console', '/console'),
    ada('server', '/console/server'),
    ada('server, to back up', '/console/server/backup'),
    ada('first steps', '/console/first-steps'),
    ada('console, after a change', '/console?done=declined'),
    ada('console, refusals of a day', '/console?refusals=hours'),
    ada('transaction', `/console/transactions/${ids.transaction}`),
    ada('transaction, none', '/console/transactions/txn_nothing'),
    ada('delegations', '/console/delegations'),
    ada('delegation', `/console/delegations/${ids.delegation}`),
    ada('search', '/console/search'),
    ada('search, an agent', `/console/search?q=${ids.planner}`),
    ada('search, several', '/console/search?q=s'),
    ada('search, none', '/console/search?q=nothing%20at%20all'),
    ada('findings', '/console/findings'),
    ada('agents', '/console/agents'),
    ada('agents, found', '/console/agents?q=plan&state=active&environment=test'),
    ada('agents, none chosen', '/console/agents/bulk?do=suspend'),
    ada(
      'agents, to suspend',
      `/console/agents/bulk?do=suspend&id=${ids.planner}&id=${ids.suspended}&id=${ids.pending}&id=agt_nothing`,
    ),
    ada('agents, to hand over', `/console/agents/bulk?do=hand-over&id=${ids.planner}&id=${ids.offered}`),
    ada('agents, to retire', `/console/agents/bulk?do=retire&id=${ids.planner}&id=${ids.payer}&list=state%3Dactive`),
    ada('agents, none', '/console/agents?q=nothing'),
    ada('agent', agent(ids.planner)),
    ada('agent, waiting', agent(ids.pending)),
    ada('agent, offered', agent(ids.offered)),
    ada('agent, suspended', agent(ids.suspended)),
    ada('agent, new', '/console/agents/new'),
    ada('agent, changed', `${agent(ids.planner)}/edit`),
    ada('agent, handed over', `${agent(ids.planner)}/hand-over`),
    ada('agent, retired', `${agent(ids.planner)}/retire`),
    ada('agent, keys', `${agent(ids.planner)}/credentials/new`),
    ada('approvals of all', '/console/approvals'),
    ada('approvals of all, denied', '/console/approvals?state=denied'),
    ada('people', '/console/people'),
    ada('people, found', '/console/people?q=ada&state=active'),
    ada('person', `/console/people/${ids.ada}`),
    ada('person, disabled', `/console/people/${ids.ada}/disable`),
    ada('person, without factors', `/console/people/${ids.ada}/remove-factors`),
    ada('person, new', '/console/people/new'),
    ada('person, changed', `/console/people/${ids.bob}/edit`),
    ada('person, roles', `/console/people/${ids.bob}/roles`),
    ada('person, password', `/console/people/${ids.bob}/password`),
    ada('groups', '/console/groups'),
    ada('group', `/console/groups/${ids.group}`),
    ada('group, changed', `/console/groups/${ids.group}/edit`),
    ada('group, new', '/console/groups/new'),
    ada('clients', '/console/clients'),
    ada('client', `/console/clients/${ids.client}`),
    ada('client, new', '/console/clients/new'),
    ada('client, changed', `/console/clients/${ids.client}/edit`),
    ada('client, new secret', `/console/clients/${ids.client}/rotate-secret`),
    ada('resource server, new', '/console/resource-servers/new'),
    ada('resource server, changed', `/console/resource-servers/${ids.bank}/edit`),
    ada('resource server, new secret', `/console/resource-servers/${ids.bank}/rotate-secret`),
    ada('MCP server, enabled', '/console/resource-servers/mcp'),
    ada('resource server, lines for its code', `/console/resource-servers/${ids.bank}/code`),
    ada('resource servers', '/console/resource-servers'),
    ada('resource server', `/console/resource-servers/${ids.bank}`),
    ada('resource server, disabled', `/console/resource-servers/${ids.bank}/disable`),
    ada('blueprints', '/console/blueprints'),
    ada('blueprint', `/console/blueprints/${ids.blueprint}`),
    ada('blueprint, new', '/console/blueprints/new'),
    ada('blueprint, changed', `/console/blueprints/${ids.blueprint}/edit`),
    ada('blueprint, made to count', `/console/blueprints/${ids.blueprint}/activate`),
    ada('blueprint, not to be used', `/console/blueprints/${ids.blueprint}/deprecate`),
    ada('budgets', '/console/budgets'),
    ada('budgets, of ada', '/console/budgets?q=ada'),
    ada('budgets, none', '/console/budgets?q=nothing'),
    ada('budget, new', '/console/budgets/new'),
    ada('budget', `/console/budgets/${ids.budget}`),
    ada('budget, changed', `/console/budgets/${ids.budget}/edit`),
    ada('budget, switched off', `/console/budgets/${ids.budget}/disable`),
    ada('budget, switched on', `/console/budgets/${ids.budget}/enable`),
    ada('registration tokens', '/console/registration-tokens'),
    ada('registration token, new', '/console/registration-tokens/new'),
    ada('registration token, revoked', `/console/registration-tokens/${ids.registrationToken}/revoke`),
    ada('trusted issuers', '/console/trusted-issuers'),
    ada('trusted issuer', `/console/trusted-issuers/${ids.issuer}`),
    ada('trusted issuer, disabled', `/console/trusted-issuers/${ids.issuer}/disable`),
    ada('trusted issuer, keys discarded', `/console/trusted-issuers/${ids.issuer}/discard-keys`),
    ada('other domains', '/console/peers'),
    ada('other domain', `/console/peers/${ids.peer}`),
    ada('other domain, disabled', `/console/peers/${ids.peer}/disable`),
    ada('other domain, keys discarded', `/console/peers/${ids.peer}/discard-keys`),
    ada('undelivered notifications', '/console/dead-letters'),
    ada('providers', '/console/sign-in'),
    ada('policies', '/console/policy'),
    ada('policies, draft', `/console/policy/versions/${ids.draft}`),
    ada('policies, compared', `/console/policy/versions/${ids.draft}?against=1`),
    ada('policies, starter', '/console/policy/versions/1'),
    ada('policies, edited', `/console/policy/versions/${ids.draft}/edit`),
    ada('policies, made to count', `/console/policy/versions/${ids.draft}/activate`),
    ada('policies, new', '/console/policy/new'),
    ada('policies, new from one', `/console/policy/new?from=${ids.draft}`),
    ada('policies, tried', '/console/policy/try'),
    ada('policies, decided', `/console/policy/try?${formOf(trying)}`),
    ada('policies, not decided', '/console/policy/try?agent=nobody&resource=nothing&policy=active'),
    ada('policies, who may register', '/console/policy/try/use?form=register'),
    ada('policies, who may call', '/console/policy/try/use?form=administer'),
    ada(
      'policies, who may',
      `/console/policy/try/use?${formOf({ ask: 'register', by: 'ada', owner: 'ada', environment: 'test' })}`,
    ),
    ada(
      'policies, who can approve',
      `/console/policy/try/use?${formOf({ ask: 'approve', agent: ids.planner, subject: 'ada', resource: scene.jwt.identifier, scope: 'read' })}`,
    ),
    { ...ada('policies, replayed', `/console/policy/replay?policy=${ids.draft}`), press: 'Replay' },
    ada('break-glass', '/console/break-glass'),
    ada('break-glass, to review', `/console/break-glass/${approvals.emergency.id}`),
    ada('break-glass, of one that is open', `/console/break-glass/${approvals.called.id}`),
    ada('webhooks', '/console/webhooks'),
    ada('webhook, new', '/console/webhooks/new'),
    ada('webhook', `/console/webhooks/${ids.webhook}`),
    ada('webhook, changed', `/console/webhooks/${ids.webhook}/edit`),
    ada('webhook, new secret', `/console/webhooks/${ids.webhook}/rotate-secret`),
    ada('webhook, deleted', `/console/webhooks/${ids.webhook}/delete`),
    ada('signing keys', '/console/keys'),
    ada('signing keys, rotated', '/console/keys/rotate'),
    ada('kills', '/console/kills'),
    ada('kills, in force', '/console/kills?state=standing'),
    ada('kill', `/console/kills/${ids.kill}`),
    ada('kill, lifted', `/console/kills/${ids.kill}/lift`),
    ada('kill, chosen', '/console/kills/new'),
    ada('kill, of an agent', `/console/kills/new?scope=agent&name=${ids.planner}`),
    ada('kill, of a person', '/console/kills/new?scope=account&name=ada'),
    ada('kill, of everything', '/console/kills/new?scope=all'),
    ada('style guide', '/console/styleguide'),
    ada('style guide, dark', '/console/styleguide?scheme=dark'),
    ada('audit log', '/console/audit'),
    ada('audit log, of reports', '/console/audit?type=report.stated'),
    ada('audit log, of nobody', '/console/audit?subject=nobody&from=x'),
  ];
};
