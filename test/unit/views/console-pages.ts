/** Models of the pages below `/console`. Text that another party chose goes through `text`. */

import type { Html } from '../../../views/html.ts';
import { type AgentPageModel, agentPage } from '../../../views/pages/console-agent.ts';
import { agentListPage } from '../../../views/pages/console-agents.ts';
import { rotatedKeysPage, rotateKeysPage } from '../../../views/pages/console-credential-rotation.ts';
import { editPage, newCredentialPage } from '../../../views/pages/console-edit.ts';
import {
  adoptFindingPage,
  dismissFindingPage,
  findingPage,
  findingsPage,
  quarantineFindingPage,
} from '../../../views/pages/console-findings.ts';
import { type FirstStep, firstStepsPage } from '../../../views/pages/console-first-steps.ts';
import { handOverPage, registerPage, retirePage } from '../../../views/pages/console-forms.ts';
import type { WaitingAgent } from '../../../views/pages/console-model.ts';
import { overviewPage } from '../../../views/pages/console-overview.ts';
import { type SearchHit, type SearchKind, searchPage } from '../../../views/pages/console-search.ts';
import { transactionPage } from '../../../views/pages/console-transaction.ts';
import { transactionsPage } from '../../../views/pages/console-transactions.ts';
import { upstreamPage, upstreamsPage } from '../../../views/pages/console-upstreams.ts';
import type { FindingRow } from '../../../views/pages/finding-cells.ts';
import type { AgentRow } from '../../../views/partials/agent-rows.ts';
import type { AgentState } from '../../../views/partials/agent-state.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { eventPhrase } from '../../../views/words/audit-events.ts';
import { agentFactWords } from '../../../views/words/console-agent.ts';
import { ceilingWords } from '../../../views/words/console-effect.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { findingWords } from '../../../views/words/console-findings.ts';
import { transactionWords } from '../../../views/words/console-transaction.ts';
import { staticSecretWords } from '../../../views/words/static-secrets.ts';
import { agentsImportPages } from './agents-import-pages.ts';
import { delegationPages, delegationTreeSample } from './delegation-pages.ts';

const NOON = 1_790_000_000;

export const consolePages = (frame: ConsoleFrame, text: (usual: string) => string): Readonly<Record<string, Html>> => {
  const { basePath } = frame;
  const row = (id: string, name: string, state: AgentState, more: Partial<AgentRow> = {}): AgentRow => ({
    id: text(`agt_${id}`),
    name: text(name),
    ownerName: text('Platform team'),
    purpose: text('Looks after what is waiting, and says when it is late.'),
    environment: 'production',
    state,
    href: `${basePath}/console/agents/agt_${id}`,
    isStopped: false,
    ...more,
  });
  const works = {
    id: text('upi_k3Q'),
    href: `${basePath}/console/sign-in/upi_k3Q`,
    name: text('Example Works'),
    issuer: text('https://idp.works.example'),
    domains: [text('works.example')],
    button: true,
    create: 'always',
    state: 'active',
  } as const;
  const planner = row('7Vn2kQeX', 'Travel planner', 'active', { lastUsedAt: NOON, isVerified: true });
  const payer = row('p4Lm9TzC', 'Invoice payer', 'active', { isStopped: true, environment: 'test' });
  const keeper = row('c1Rw8YbN', 'Ledger keeper', 'orphaned', { environment: 'development' });
  const waiting = (agent: AgentRow, kind: WaitingAgent['kind']): WaitingAgent => ({
    agent,
    href: agent.href,
    kind,
    ...(kind === 'registered' ? { until: NOON + 86_400 } : { forGroup: text('Platform team') }),
    acceptAction: `${agent.href}/accept`,
    version: 3,
    declineAction: `${agent.href}/decline`,
  });
  const finding: FindingRow = {
    ...{ id: 'fnd_1', href: `${basePath}/console/findings/fnd_1`, kind: 'undeclared_agent', severity: 'high' },
    ...{ state: 'open', subjectKind: 'client', subject: text('https://agent.example.com/client'), foundAt: NOON },
    ...{ name: text('Report assistant'), ownerName: text('Platform team') },
    act: { name: 'adopt', href: `${basePath}/console/findings/fnd_1/adopt` },
  };
  const decision = { href: finding.href, name: finding.name, version: 2 };
  const counts = (names: readonly string[]) =>
    names.map((name, index) => ({ name, count: index * 7, href: `${basePath}/console/agents?state=${name}` }));
  const firstSteps: readonly FirstStep[] = [
    { kind: 'api', state: 'done', href: `${basePath}/console/resource-servers/new` },
    { kind: 'agent', state: 'next', href: `${basePath}/console/agents/new` },
    { kind: 'consent', state: 'later', href: `${basePath}/console/first-steps#try` },
    { kind: 'token', state: 'later', href: `${basePath}/console/first-steps#try` },
  ];
  const days = Array.from({ length: 7 }, (_, index) => NOON + index * 86_400);
  const page: AgentPageModel = {
    ownerSignals: [
      {
        ...{ event: 'risk_level_change', level: 'medium', requiresStepUp: false, at: NOON, until: NOON + 60 },
        ...{ source: { name: text('Risk engine') }, issuer: text('https://r.example.com') },
      },
    ],
    ...frame,
    agent: planner,
    ownerUsername: text('alice'),
    ownerEmail: text('alice@example.com'),
    ownerHref: `${basePath}/console/people/acc_1`,
    sponsorName: text('Bob'),
    uses: [text('Finding free days'), text('Booking trains')],
    provider: text('Example Robotics 4.2'),
    contact: text('robots@example.com'),
    blueprint: {
      id: text('bpt_1'),
      name: text('Desk helpers'),
      version: 3,
      href: `${basePath}/console/blueprints/bpt_1`,
    },
    composition: {
      version: 2,
      omittedAt: NOON,
      digest: text(`sha256:${'ab'.repeat(32)}`),
      model: text('example-large-3'),
      prompt: text('planner 12'),
      tools: [text('calendar'), text('rail')],
      isAttested: true,
      declaredAt: NOON,
      changes: [{ member: 'tool', name: text('rail'), to: text(`sha256:${'cd'.repeat(32)}`) }],
    },
    drift: {
      digest: text(`sha256:${'ef'.repeat(32)}`),
      isAttested: false,
      action: 'approve',
      noticedAt: NOON,
      changes: [
        { member: 'prompt', from: text('planner 12'), to: text('planner 13') },
        { member: 'tool', name: text('rail'), from: text(`sha256:${'cd'.repeat(32)}`), to: text('rail') },
        { member: 'tool', name: text('mail'), from: text('mail') },
      ],
      decide: { approve: `${planner.href}/compositions/approve`, reject: `${planner.href}/compositions/reject` },
    },
    redirectUris: [text('https://planner.example.com/callback')],
    createdAt: NOON,
    acceptedAt: NOON,
    expiresAt: NOON + 864_000,
    offeredTo: text('Bob'),
    stops: [],
    restrictions: [],
    actions: {
      suspend: `${planner.href}/suspend`,
      handOver: `${planner.href}/hand-over`,
      withdraw: { action: `${planner.href}/withdraw`, version: 4 },
      retire: `${planner.href}/retire`,
      edit: `${planner.href}/edit`,
      verify: `${planner.href}/verify`,
    },
    credentialLinks: [
      { text: agentFactWords.addKeys, href: `${planner.href}/credentials/new` },
      { text: staticSecretWords.allow, href: `${planner.href}/secret` },
    ],
    effect: {
      hasOwnRights: true,
      actsForItself: true,
      actsForPeople: true,
      at: [
        {
          identifier: text('https://calendar.example.com/api'),
          name: text('Team calendar'),
          scopes: [
            { name: text('read'), description: text('See your events'), risk: 'low' },
            { name: text('write'), description: text('Move your events'), risk: 'medium', refusedBy: 'blueprint' },
            { name: text('delete'), description: text('Remove for good'), risk: 'critical', refusedBy: 'agent' },
          ],
        },
      ],
      limits: [{ name: ceilingWords.names.detailTypes, value: text('payment, transfer'), from: 'blueprint' }],
      registeredAs: [text('Team calendar')],
    },
    credentials: [
      {
        id: text('crd_1'),
        name: text('The cluster'),
        kind: agentFactWords.kinds.federated,
        state: 'active',
        facts: [[agentFactWords.facts.subject, text('system:serviceaccount:desk:planner')]],
        createdAt: NOON,
        expiresAt: NOON + 86_400,
        lastUsedAt: NOON,
        isAllowed: true,
        actions: {
          stop: `${planner.href}/credentials/crd_1/stop`,
          rotate: `${planner.href}/credentials/crd_1/rotate`,
          remove: `${planner.href}/credentials/crd_1/remove`,
        },
      },
      {
        id: text('crd_2'),
        kind: agentFactWords.kinds.jwks,
        state: 'suspended',
        facts: [],
        createdAt: NOON,
        isAllowed: false,
      },
    ],
    instances: [
      {
        id: text('ins_1'),
        name: text('Copy 7'),
        state: 'active',
        lastUsedAt: NOON,
        expiresAt: NOON + 600,
        endAction: `${planner.href}/instances/ins_1/end`,
      },
      { id: text('ins_2'), state: 'expired', lastUsedAt: NOON, expiresAt: NOON },
    ],
    timeline: [
      {
        at: NOON,
        what: eventPhrase('token.issued'),
        outcome: 'granted',
        who: text('Travel planner'),
        where: text('Team calendar'),
      },
      {
        at: NOON,
        what: eventPhrase('client.authentication_refused'),
        outcome: 'refused',
        note: text('assertion_expired'),
      },
    ],
    fromPeople: {
      rows: [
        {
          ...{ person: text('Alice Adams'), href: `${basePath}/console/delegations/dlg_1`, resource: text('Calendar') },
          ...{ scopes: [text('events:read'), text('events:write')], until: NOON, isHandedOn: true },
          narrowHref: `${basePath}/console/delegations/dlg_1/narrow`,
        },
      ],
      allHref: `${basePath}/console/delegations?actor=agt_7Vn2kQeX`,
    },
    timelinePages: { nextHref: `${planner.href}?before=x#timeline` },
    delegationTrees: {
      trees: delegationTreeSample(`${basePath}/console`, text),
      more: 0,
      isMore: true,
      listHref: `${basePath}/console/delegations?actor=agt_7Vn2kQeX`,
    },
  };
  const { actions: _, timeline: __, composition: ___, drift: _____, offeredTo: ____, ...bare } = page;
  const noErrors = { ...frame, action: `${basePath}/console/agents`, once: 'x'.repeat(20), forOthers: true };

  const hit = (kind: SearchKind, name: string, note = ''): SearchHit => ({
    kind,
    id: text(`${kind}_1`),
    name: text(name),
    href: `${basePath}/console/agents`,
    ...(note === '' ? {} : { note: text(note) }),
  });
  const search = { action: `${basePath}/console/search`, value: text('planner') };
  return {
    ...delegationPages(frame, text),
    'console-search': searchPage({
      ...frame,
      search,
      text: text('planner'),
      best: {
        hit: hit('agent', 'Travel planner', 'Alice'),
        actions: [
          { action: 'open', href: planner.href },
          { action: 'handOver', href: `${planner.href}/hand-over` },
        ],
      },
      groups: [
        { kind: 'agent', hits: [hit('agent', 'Planner of routes')], moreHref: `${basePath}/console/agents?q=planner` },
        { kind: 'person', hits: [hit('person', 'Ada Planner', 'ada')] },
        { kind: 'approval', hits: [hit('approval', 'Invoice payer', 'Ada · Paper and Pens')] },
      ],
      late: ['app', 'api'],
    }),
    'console-search-start': searchPage({ ...frame, search: { action: search.action }, text: '', groups: [], late: [] }),
    'console-search-none': searchPage({ ...frame, search, text: text('nothing'), groups: [], late: ['agent'] }),
    'console-transactions': transactionsPage({
      ...frame,
      action: `${basePath}/console/transactions`,
      asked: { search: text('planner'), state: 'open' },
      rows: [
        {
          ...{ id: 'trn_1', href: `${basePath}/console/transactions/trn_1`, intent: text('Pay the invoices of June') },
          ...{ agent: text('Planner'), agentHref: planner.href, state: 'open', trigger: 'person', openedAt: NOON },
        },
        {
          ...{ id: 'trn_2', href: `${basePath}/console/transactions/trn_2`, agent: text('Payer') },
          ...{ agentHref: planner.href, state: 'closed', cause: 'kill', trigger: 'schedule', openedAt: NOON - 90 },
        },
      ],
      pages: { nextHref: `${basePath}/console/transactions?after=x` },
    }),
    'console-transactions-none': transactionsPage({
      ...frame,
      ...{ action: `${basePath}/console/transactions`, asked: { search: '', state: '' }, rows: [], pages: {} },
    }),
    'console-transaction-declared': transactionPage({
      ...frame,
      ...{ id: text('trn_1'), now: NOON + 300, events: [], isMore: false, searchHref: `${basePath}/console/search` },
      facts: {
        ...{ state: 'open', openedAt: NOON, expiresAt: NOON + 900, source: 'stated_by_agent', trigger: 'person' },
        ...{ intent: text('Pay the invoices of June'), agent: text('Planner'), agentHref: planner.href },
        ...{ owner: text('Alice'), invoker: text('Bob'), participants: [text('Ann'), text('Ben')] },
        ...{ composition: text('sha256-1'), traceparent: text('00-1-2-01') },
        closeHref: `${basePath}/console/transactions/trn_1/close`,
      },
      steps: (['confirmed', 'unreported', 'contradicted', 'unauthorized'] as const).map((grade, index) => ({
        ...{ token: text(`tok_${index}`), agent: text('Planner'), agentHref: planner.href, api: text('Calendar') },
        ...{ scope: [text('events:write')], at: NOON + index * 20, expiresAt: NOON + 320, depth: index, grade },
        calls: [
          { time: NOON + 30, what: text('events.create'), outcome: text('done'), server: text('Calendar') },
          { what: text('events.move'), outcome: 'refused', server: text('Calendar') },
        ],
        moreCalls: index,
        ...(index === 1 ? { ended: { at: NOON + 90, by: 'token.revoked' }, maxUses: 1 } : {}),
        policy: { version: 4, href: `${basePath}/console/policy/versions/4` },
        ...{
          delegationHref: `${basePath}/console/delegations/dlg_1`,
          approvalHref: `${basePath}/console/audit?id=apv_1`,
        },
      })),
      stepPages: { nextHref: `${basePath}/console/transactions/trn_1?after=x` },
      comparison: {
        ...{ path: `${basePath}/console/transactions/trn_1`, against: text('trn_2') },
        difference: {
          other: { id: text('trn_2'), href: `${basePath}/console/transactions/trn_2` },
          lines: [
            {
              ...{ agent: text('Planner'), api: text('Calendar'), what: text('events:write'), result: 'confirmed' },
              ...{ isCall: false, here: 2, there: 1 },
            },
            {
              ...{ agent: text('Planner'), api: text('Calendar'), what: text('events.move'), result: text('done') },
              ...{ isCall: true, here: 1, there: 1 },
            },
          ],
          isMore: true,
        },
      },
    }),
    'console-transaction-closed': transactionPage({
      ...frame,
      ...{ id: 'trn_2', now: NOON, events: [], isMore: false, searchHref: `${basePath}/console/search`, stepPages: {} },
      facts: {
        ...{ state: 'closed', cause: 'operator', closedBy: text('Carol'), closedAt: NOON + 60, openedAt: NOON },
        ...{ expiresAt: NOON + 900, source: text('other'), trigger: 'schedule', agent: text('Planner') },
        ...{ owner: text('Alice'), participants: [] },
        receiptHref: `${basePath}/console/transactions/trn_2/receipt.jws`,
        evidenceHref: `${basePath}/console/transactions/trn_2/evidence.zip`,
      },
      steps: [],
      comparison: {
        ...{ path: `${basePath}/console/transactions/trn_2`, against: text('?') },
        difference: transactionWords.notThere,
      },
    }),
    'console-transaction': transactionPage({
      ...frame,
      ...{ stepPages: {}, now: NOON },
      id: text('txn_1'),
      events: Array.from({ length: 64 }, (_, index) => ({
        at: NOON * 1000 + index * 40,
        type: index % 2 === 0 ? 'token.issued' : 'approval.requested',
        outcome: (['granted', 'done', 'refused'] as const)[index % 3] ?? 'done',
        who: index % 5 === 0 ? agentFactWords.thisServer : text(`Party ${index % 12}`),
        whoHref: planner.href,
        where: text('Calendar'),
        scope: [text('events:write')],
        ...(index % 3 === 2 ? { error: text('policy_forbids') } : {}),
      })),
      isMore: true,
      work: { who: text('Planner'), subject: text('Ada'), isGranted: true },
      auditHref: `${basePath}/console/audit?txn=txn_1`,
      searchHref: `${basePath}/console/search`,
    }),
    'console-transaction-none': transactionPage({
      ...frame,
      ...{ stepPages: {}, now: NOON },
      id: 'txn_2',
      events: [],
      isMore: false,
      auditHref: `${basePath}/console/audit`,
      searchHref: `${basePath}/console/search`,
    }),
    'console-overview': overviewPage({
      ...frame,
      openReviews: 1,
      waiting: [waiting(row('w1', 'Minute taker', 'pending'), 'registered'), waiting(planner, 'offered')],
      states: counts(['active', 'pending', 'suspended', 'orphaned', 'retired']),
      environments: counts(['production', 'test', 'development']),
      countedOnly: 1000,
      findings: [
        { kind: 'orphaned', count: 1, isMore: false },
        { kind: 'unused', count: 10, isMore: true },
      ],
      recent: [planner, payer, keeper],
      dashboard: {
        approvals: {
          pending: {
            count: 12,
            isMore: true,
            ages: [
              { name: 'minutes', count: 3, href: `${basePath}/console/approvals?state=pending` },
              { name: 'hour', count: 8, href: `${basePath}/console/approvals?state=pending` },
              { name: 'day', count: 1, href: `${basePath}/console/approvals?state=pending&sort=created` },
              { name: 'older', count: 0, href: `${basePath}/console/approvals?state=pending&sort=created` },
            ],
            href: `${basePath}/console/approvals?state=pending`,
          },
          load: {
            days: days.map((from, index) => ({ from, count: index, href: `${basePath}/console/audit?text=approval` })),
            decisions: 21,
            medianSeconds: 14,
            quickShare: 0.4,
            countedOnly: 1000,
            people: [
              {
                ...{ name: text('Alice'), perDay: days.map((_, index) => index), total: 21 },
                ...{
                  href: `${basePath}/console/people/acc_1`,
                  decisionsHref: `${basePath}/console/audit?caller=acc_1`,
                },
              },
              { name: text('Bob'), perDay: days.map(() => 0), total: 0 },
            ],
            href: `${basePath}/console/approvals`,
          },
        },
        refusals: {
          span: 'days',
          spans: days.map((from, index) => ({ from, refused: index * 3, granted: 100 })),
          kinds: [
            { type: 'token.refused', count: 50, href: `${basePath}/console/audit?type=token.refused` },
            { type: 'session.refused', count: 9 },
          ],
          others: 4,
          auditLogHref: `${basePath}/console/audit`,
          refusedHref: `${basePath}/console/audit?outcome=refused`,
          hrefs: { days: `${basePath}/console#refusals`, hours: `${basePath}/console?refusals=hours#refusals` },
        },
        tryHref: `${basePath}/console/policy/try`,
      },
    }),
    'console-first-steps': firstStepsPage({
      ...frame,
      firstSteps: { steps: firstSteps },
      commands: {
        ...{ agent: text('Planner'), api: text('Calendar') },
        authorizationHref: `${basePath}/auth?client_id=agt_planner`,
        exchange: `curl ${text('https://calendar.example.com')} \\\n  --data-urlencode grant_type=authorization_code`,
        run: 'node agent.ts',
        program: `const scope = ${JSON.stringify(text('openid events.read'))};`,
      },
      agentsHref: `${basePath}/console/agents`,
    }),
    'console-first-steps-done': firstStepsPage({
      ...frame,
      firstSteps: { steps: firstSteps.map((one) => ({ ...one, state: 'done' as const })) },
      agentsHref: `${basePath}/console/agents`,
    }),
    'console-nothing-yet': overviewPage({
      ...frame,
      firstSteps: { steps: firstSteps, hideAction: `${basePath}/console/first-steps/hide` },
      openReviews: 0,
      waiting: [],
      states: [],
      environments: [],
      findings: [],
      recent: [],
      dashboard: {
        approvals: {
          pending: { count: 0, isMore: false, ages: [], href: `${basePath}/console/approvals?state=pending` },
          load: {
            days: days.map((from) => ({ from, count: 0 })),
            decisions: 0,
            people: [],
            href: `${basePath}/console/approvals`,
          },
        },
        refusals: {
          span: 'hours',
          spans: days.map((from) => ({ from, refused: 0, granted: 3 })),
          kinds: [],
          others: 0,
          hrefs: { days: `${basePath}/console#refusals`, hours: `${basePath}/console?refusals=hours#refusals` },
        },
        tryHref: `${basePath}/console/policy/try`,
      },
    }),
    'console-empty': overviewPage({
      ...frame,
      openReviews: 0,
      sees: ['overview', 'agents', 'findings'],
      seesAll: false,
      waiting: [],
      states: [],
      environments: [],
      findings: [],
      recent: [],
    }),
    'console-sign-in': upstreamsPage({
      ...frame,
      isPasswordOn: true,
      action: `${basePath}/console/sign-in`,
      asked: { search: '', state: '' },
      pages: {},
      newHref: `${basePath}/console/sign-in/new`,
      rows: [works],
    }),
    'console-sign-in-one': upstreamPage({
      ...frame,
      upstream: {
        ...works,
        clientId: text('behalf-client'),
        method: 'private_key_jwt',
        scopes: ['openid', text('profile')],
        groups: { [text('planners')]: text('Planners') },
        factors: [text('mfa')],
        signOut: 'offer',
        createdAt: NOON,
        updatedAt: NOON,
      },
      addresses: {
        redirectUri: 'https://id.example.com/upstream/callback',
        logoutUri: 'https://id.example.com/account/signed-out',
        backchannelUri: 'https://id.example.com/upstream/logout',
        jwksUri: 'https://id.example.com/jwks',
      },
      listHref: `${basePath}/console/sign-in`,
      actions: [
        { text: fieldWords.change, href: `${basePath}/console/sign-in/upi_k3Q/edit` },
        { text: fieldWords.change, href: `${basePath}/console/sign-in/upi_k3Q/delete`, kind: 'danger', inMenu: true },
      ],
    }),
    'console-agents': agentListPage({
      ...frame,
      agents: [planner, payer, keeper],
      pages: { firstHref: `${basePath}/console/agents`, nextHref: `${basePath}/console/agents?after=x` },
      csvHref: `${basePath}/console/agents.csv`,
      ndjsonHref: `${basePath}/console/agents.ndjson`,
      action: `${basePath}/console/agents`,
      asked: {
        all: true,
        of: '',
        owner: text('acc_1'),
        blueprint: '',
        search: text('planner'),
        state: 'active',
        environment: '',
        sort: 'name',
        unused: '30',
      },
      sorts: {
        name: { href: `${basePath}/console/agents`, isIt: true },
        lastUse: { href: `${basePath}/console/agents?sort=last_use`, isIt: false },
      },
      bulk: { action: `${basePath}/console/agents/bulk`, list: text('state=active') },
      ownHref: `${basePath}/console/agents?of=own`,
      allHref: `${basePath}/console/agents`,
      only: { name: text('Alice'), anyHref: `${basePath}/console/agents` },
    }),
    'console-findings': findingsPage({
      ...frame,
      action: `${basePath}/console/findings`,
      asked: { search: '', state: '' },
      pages: { nextHref: `${basePath}/console/findings?after=x` },
      rows: [
        finding,
        { ...finding, kind: 'expiring', severity: 'medium', endsAt: NOON + 86_400 },
        { ...finding, kind: 'unowned_client', lacks: 'owner' },
      ],
      kind: 'undeclared_agent',
      counts: [{ kind: 'undeclared_agent', count: 100, isMore: true }, { kind: 'expiring' }],
      appsHref: `${basePath}/console/inventories`,
    }),
    'console-findings-none': findingsPage({
      ...frame,
      ...{ action: `${basePath}/console/findings`, asked: { search: '', state: '' }, pages: {}, rows: [] },
      counts: [],
    }),
    'console-finding': findingPage({
      ...frame,
      finding: {
        ...finding,
        score: 75,
        parts: [
          { reason: 'no_person', points: 25, value: 130 },
          { reason: 'agent_name', points: 25 },
          { reason: 'machine_hours', points: 20, value: 23 },
          { reason: 'claimed', points: -25 },
        ],
        evidence: [
          { stream: 'nod_1', sequence: 12, href: `${basePath}/console/audit/events/nod_1%3A12` },
          { stream: 'nod_1', sequence: 13 },
        ],
      },
      actions: [
        { text: findingWords.acts.adopt, href: `${finding.href}/adopt`, kind: 'primary' },
        { text: findingWords.acts.dismiss, href: `${finding.href}/dismiss` },
        { text: findingWords.acts.quarantine, href: `${finding.href}/quarantine`, kind: 'danger' },
      ],
      auditLogHref: `${basePath}/console/audit?id=fnd_1`,
    }),
    'console-finding-unknown': findingPage({
      ...frame,
      finding: {
        ...{ ...finding, kind: text('moon_phase') as 'pending', score: 70, evidence: [] },
        parts: [{ reason: text('moon_phase') as 'no_owner', points: 70 }],
      },
      actions: [],
    }),
    'console-finding-decided': findingPage({
      ...frame,
      finding: {
        ...finding,
        ...{ state: 'dismissed', score: 75, until: NOON + 86_400, evidence: [] },
        parts: [{ reason: 'no_owner', points: 25 }],
        decided: { byName: text('Alice'), at: NOON, reason: text('A nightly export') },
        agent: { id: 'agt_1', href: `${basePath}/console/agents/agt_1` },
        kill: { id: 'kil_1', href: `${basePath}/console/kills` },
      },
      actions: [{ text: findingWords.acts.reopen, action: `${finding.href}/reopen` }],
    }),
    'console-finding-dismiss': dismissFindingPage(frame, { ...decision, values: {}, errors: {} }),
    'console-finding-adopt': adoptFindingPage(frame, {
      ...decision,
      values: { owner: text('alice'), name: text('Planner'), purpose: text('Plans') },
      errors: { owner: text('There is no such owner') },
      blueprints: [{ value: 'bpt_1', text: text('Back office') }],
    }),
    'console-finding-quarantine': quarantineFindingPage(frame, {
      ...decision,
      values: { reason: text('Strange') },
      errors: { reason: text('Say why') },
    }),
    'console-agent': agentPage(page),
    'console-agent-restricted': agentPage({
      ...page,
      stops: [],
      restrictions: [
        { act: 'narrow', until: NOON, href: keeper.href },
        { act: 'withhold', until: NOON },
        { act: 'approve', until: NOON },
      ],
    }),
    'console-agent-waiting': agentPage({
      ...bare,
      agent: row('w1', 'Minute taker', 'pending'),
      stops: ['pending'],
      waiting: waiting(row('w1', 'Minute taker', 'pending'), 'registered'),
      uses: [],
      effect: { ...page.effect, hasOwnRights: false, at: [], registeredAs: [] },
      credentials: [],
    }),
    'console-agent-orphaned': agentPage({
      ...page,
      agent: keeper,
      stops: ['orphaned', 'expired'],
      actions: { handOver: `${keeper.href}/hand-over`, resume: `${keeper.href}/resume` },
      timeline: [],
    }),
    'console-register': registerPage({
      ...noErrors,
      owners: [{ value: text('acc_1'), text: text('Alice (me)') }],
      blueprints: [{ value: text('bpt_1'), text: text('Desk helpers') }],
      values: { name: text('Planner'), purpose: text('Plans'), jwks: text('{"keys":[]}') },
      errors: { jwks: text('Public keys are needed.'), blueprint: text('This blueprint takes no new agents.') },
    }),
    'console-hand-over': handOverPage({
      ...frame,
      agent: planner,
      action: `${planner.href}/hand-over`,
      version: 4,
      owner: text('bob'),
      error: text('There is no active account or group with this name.'),
    }),
    'console-edit': editPage({
      ...frame,
      agent: planner,
      action: `${planner.href}/edit`,
      version: 4,
      values: {
        name: text('Planner'),
        purpose: text('Plans'),
        uses: text('Booking'),
        contact: text('robots@example.com'),
      },
      errors: { name: text('This name looks like a verified one of another owner.') },
    }),
    'console-new-credential': newCredentialPage({
      ...frame,
      agent: planner,
      action: `${planner.href}/credentials`,
      values: { jwks: text('{"keys":[]}'), name: text('The new one') },
      errors: { jwks: text('Public keys are needed.') },
    }),
    ...agentsImportPages(frame, text),
    'console-rotate-keys': rotateKeysPage(frame, {
      agent: { name: text('Travel planner'), href: planner.href },
      credential: {
        name: text('The cluster'),
        kind: agentFactWords.kinds.jwks,
        keys: [text('key-1')],
        createdAt: NOON,
      },
      action: `${planner.href}/credentials/crd_1/rotate`,
      values: { jwks: text('{"keys":[]}'), overlap_seconds: '86400' },
      errors: { jwks: text('Public keys are needed.') },
    }),
    'console-rotated-keys': rotatedKeysPage(frame, {
      old: { until: NOON, endAction: `${planner.href}/credentials/crd_1/remove` },
      agent: { name: text('Travel planner'), href: planner.href },
    }),
    'console-rotated-keys-over': rotatedKeysPage(frame, {
      old: {},
      agent: { name: text('Travel planner'), href: planner.href },
    }),
    'console-retire': retirePage({
      ...{ ...frame, agent: planner, action: `${planner.href}/retire` },
      losses: [
        { kind: 'delegations', count: 3, isMore: false },
        { kind: 'approvals', count: 0, isMore: false },
        { kind: 'grants', count: 100, isMore: true },
      ],
      typed: { name: text('Planner'), value: text('Plan'), error: text('The text differs from the name.') },
    }),
  };
};
