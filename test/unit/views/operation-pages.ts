/** Models of the pages with which operators run the server. Text that another party chose goes through `text`. */
import { chosenName } from '../../../views/agent-text.ts';
import type { Html } from '../../../views/html.ts';
import { newAccountLinkPage, removeAccountLinkPage } from '../../../views/pages/console-account-links.ts';
import {
  removeSinkPage,
  type SinkRow,
  sinkPage,
  sinksPage,
  skipEventPage,
} from '../../../views/pages/console-audit-sinks.ts';
import { type BulkAgent, bulkPreviewPage, bulkResultPage } from '../../../views/pages/console-bulk.ts';
import { type DeadLetterRow, deadLettersPage } from '../../../views/pages/console-dead-letters.ts';
import {
  type DirectoryRow,
  directoriesPage,
  directoryPage,
  resumeDirectoryPage,
} from '../../../views/pages/console-directories.ts';
import { directoryAccountPage } from '../../../views/pages/console-directory-accounts.ts';
import { revokeSecretPage } from '../../../views/pages/console-directory-secrets.ts';
import { startDirectoryPage } from '../../../views/pages/console-dry-run.ts';
import { type IssuerRow, issuerPage, issuersPage } from '../../../views/pages/console-issuers.ts';
import { revokeKeyPage } from '../../../views/pages/console-key-revocation.ts';
import {
  chooseKillPage,
  type KillRow,
  killPage,
  killsPage,
  liftKillPage,
  previewKillPage,
} from '../../../views/pages/console-kills.ts';
import { type HoldRow, holdPage, holdsPage, releaseHoldPage } from '../../../views/pages/console-legal-holds.ts';
import { type PeerRow, peerPage, peersPage } from '../../../views/pages/console-peers.ts';
import { revokePushKeyPage, rotatePushKeyPage } from '../../../views/pages/console-push-keys.ts';
import { type RegistrationTokenRow, registrationTokensPage } from '../../../views/pages/console-registration-tokens.ts';
import { signingKeysPage, type WebhookRow, webhookPage, webhooksPage } from '../../../views/pages/console-settings.ts';
import {
  type RuleRow,
  removeRulePage,
  successorRulePage,
  successorRulesPage,
} from '../../../views/pages/console-successors.ts';
import {
  reconciliationPage,
  removeTargetPage,
  type TargetRow,
  targetPage,
  targetsPage,
} from '../../../views/pages/console-targets.ts';
import { workloadTestPage } from '../../../views/pages/console-workload-test.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { type FormControl, objectFormPage } from '../../../views/partials/object-form.ts';
import { secretPage } from '../../../views/partials/secret-page.ts';
import { allowSecretPage, rotateSecretPage } from '../../../views/partials/static-secret-forms.ts';
import { bulkWords } from '../../../views/words/console-bulk.ts';
import { directoryWords } from '../../../views/words/console-directories.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { refusalWords } from '../../../views/words/refusals.ts';
import { responsePages } from './response-pages.ts';

const NOON = 1_790_000_000;

const line = (name: string, value: string, error?: string): FormControl => ({
  ...{ name, label: fieldWords.name, value: [value], look: { kind: 'line', maxLength: 80 } },
  ...(error === undefined ? {} : { error }),
});

export const operationPages = (
  frame: ConsoleFrame,
  text: (usual: string) => string,
): Readonly<Record<string, Html>> => {
  const home = `${frame.basePath}/console/kills`;
  const kill: KillRow = {
    ...{ id: text('kil_1'), href: `${home}/kil_1`, scope: 'agent', target: text('Planner'), state: 'standing' },
    ...{ reason: text('It was too loud'), byName: text('Olga'), at: NOON },
  };
  const all: KillRow = {
    ...{ id: text('kil_2'), href: `${home}/kil_2`, scope: 'all', state: 'lifted', reason: text('A leak') },
    ...{ byName: text('Root'), at: NOON },
  };
  const preview = {
    ...{ ...frame, action: home, cancelHref: home, confirm: text('Planner'), errors: {} },
    target: { id: text('agt_1'), name: text('Planner') },
    values: { confirm: '', reason: '' },
    agents: { items: [{ name: text('Planner'), href: `${frame.basePath}/console/agents/agt_1` }], more: false },
    delegations: { items: [{ agent: text('Planner'), resource: text('https://bank.example.com') }], more: true },
    grants: { count: 3, more: false },
    sessions: { count: 100, more: true },
  };
  const nothing = { items: [], more: false };
  const none = { agents: nothing, delegations: nothing, grants: { count: 0, more: false } };
  const webhook: WebhookRow = {
    ...{ id: text('whk_1'), href: `${home}/whk_1`, name: text('Our tool'), url: text('https://hooks.example.com/x') },
    ...{ state: 'active', failedAt: NOON, failure: text('no answer') },
  };
  const rule: RuleRow = {
    ...{
      id: text('suc_1'),
      href: `${home}/suc_1`,
      scope: { name: text('Head office'), href: home },
      asksManager: true,
    },
    ...{ group: { name: text('Platform'), href: home }, acceptWithin: 604_800 },
  };
  const sink: SinkRow = {
    ...{ id: text('snk_1'), href: `${home}/snk_1`, name: text('Our SIEM'), kind: 'webhook', state: 'failing' },
    ...{ place: text('https://siem.example.com/x'), backlog: 1200, failedAt: NOON, failure: text('status_not_ok') },
    failureStatus: 413,
  };
  const sinkFacts = { isPersonal: true, delivered: 4, leftOut: 1, createdAt: NOON, updatedAt: NOON + 60 };
  const target: TargetRow = {
    ...{ id: text('ptg_1'), href: `${home}/ptg_1`, name: text('Company directory'), state: 'failing', waiting: 1200 },
    url: text('https://directory.example.com/scim/v2'),
    failed: { failure: 'unauthorized', status: 401, detail: text('The token has expired'), at: NOON },
  };
  const targetFacts = {
    ...({ agentName: 'agentUserName', userName: 'username', removal: 'deactivate', pushed: 4 } as const),
    ...{ backlog: 3, isComparing: true, createdAt: NOON, updatedAt: NOON + 60 },
    ...{ tokensFrom: text('https://login.example.com/token'), tokenClient: text('behalf') },
  };
  const directory: DirectoryRow = {
    ...{ id: text('dir_1'), href: `${home}/dir_1`, name: text('Head office'), state: 'active' },
    ...{ users: { count: 1000, isMore: true }, lastContactAt: NOON, pausedAt: NOON, isDryRun: false },
  };
  const directoryFacts = {
    ...{ client: { name: text('SCIM client'), href: `${home}/app_1` }, verifiesEmails: true, mostAccounts: 100_000 },
    ...{ mostDeactivations: 20, mostDeactivationsPercent: 1, deactivations: 20, allowed: 3 },
    ...{ createdAt: NOON, updatedAt: NOON + 60 },
  };
  const connection = [
    ['baseUrl', text('https://id.example.com/scim/v2')],
    ['tokenEndpoint', 'https://id.example.com/token'],
    ['scope', 'scim:provision'],
  ] as const;
  const hold: HoldRow = {
    ...{ id: text('hld_1'), href: `${home}/hld_1`, state: 'active', about: text('Planner'), from: NOON, to: NOON },
    ...{ reason: text('Case 12'), byName: text('Olga'), at: NOON, kept: { count: 100, isMore: true, href: home } },
  };
  const issuer: IssuerRow = {
    ...{ id: text('tis_1'), href: `${home}/tis_1`, name: text('Cluster'), issuer: text('https://c.example.com') },
    ...{ template: 'kubernetes', state: 'active', health: 'healthy' },
  };
  const peer: PeerRow = {
    ...{ id: text('per_1'), href: `${home}/per_1`, name: text('The other'), issuer: text('https://o.example.com') },
    ...{ accepts: true, issues: false, health: 'pinned', state: 'active' },
  };
  const letter: DeadLetterRow = {
    ...{ id: text('msg_1'), kind: text('agent.killed'), channel: 'webhook', recipient: text('Our tool') },
    ...{ attempts: 9, failure: text('status_not_ok'), status: 503, history: [], createdAt: NOON, forgetAt: NOON },
  };
  const token: RegistrationTokenRow = {
    ...{ id: text('iat_1'), ownerName: text('Ada'), byName: text('Olga'), used: 0, uses: 3, state: 'active' },
    ...{ createdAt: NOON, expiresAt: NOON },
  };
  const seen = (id: string): BulkAgent => ({
    id: text(`agt_${id}`),
    facts: {
      ...{ name: text('Planner'), href: `${frame.basePath}/console/agents/agt_${id}`, ownerName: text('Alice') },
      ...{ state: 'active', isStopped: false },
    },
  });
  const bulk = {
    ...{ ...frame, action: `${frame.basePath}/console/agents/bulk`, listHref: `${frame.basePath}/console/agents` },
    list: text('state=active'),
    rows: [
      { agent: seen('1'), kind: 'changes', text: bulkWords.replacesOffer(chosenName(text('Bob'))) },
      { agent: seen('2'), kind: 'stays', text: bulkWords.already.suspended },
      { agent: { id: text('agt_3') }, kind: 'cannot', text: bulkWords.onlySeen },
    ],
    changes: [text('agt_1.2')],
    typed: '',
  } as const;
  return {
    bulkSuspend: bulkPreviewPage({ ...bulk, deed: 'suspend' }),
    bulkHandOver: bulkPreviewPage({ ...bulk, deed: 'hand-over', typed: text('bob'), error: text('No such owner.') }),
    bulkRetire: bulkPreviewPage({ ...bulk, deed: 'retire' }),
    bulkUnchanged: bulkPreviewPage({ ...bulk, deed: 'suspend', rows: bulk.rows.slice(1), changes: [] }),
    bulkNone: bulkPreviewPage({ ...bulk, deed: 'retire', rows: [], changes: [] }),
    bulkResult: bulkResultPage({
      ...bulk,
      deed: 'hand-over',
      rows: [
        { agent: seen('1'), kind: 'done', text: bulkWords.did.offered },
        { agent: seen('2'), kind: 'unchanged', text: bulkWords.already.owned },
        { agent: { id: text('agt_3') }, kind: 'refused', text: refusalWords(text('It was changed.'), undefined) },
      ],
    }),
    kills: killsPage({
      ...{ ...frame, action: home, asked: { search: '', state: '' }, rows: [kill, all], newHref: `${home}/new` },
      pages: { nextHref: `${home}?after=x` },
    }),
    noKills: killsPage({ ...frame, action: home, asked: { search: '', state: 'standing' }, rows: [], pages: {} }),
    kill: killPage({
      ...frame,
      kill: { ...kill, signatures: [], signaturesNeeded: 1 },
      ...{ liftHref: `${home}/kil_1/lift`, auditLogHref: `${frame.basePath}/console/audit?id=kil_1` },
    }),
    killOfAll: killPage({
      ...frame,
      kill: {
        ...{ ...all, signaturesNeeded: 1, liftedAt: NOON },
        signatures: [{ byName: text('Root'), at: NOON }],
      },
    }),
    killChosen: chooseKillPage({
      ...{ ...frame, action: `${home}/new`, cancelHref: home, scopes: ['agent', 'all'], scope: 'agent' },
      offers: [
        { value: text('Planner'), kind: 'agent' },
        { value: text('ada'), kind: 'account' },
      ],
      ...{ typed: text('Planer'), error: text('There is nothing with the name.') },
    }),
    killOfAgent: previewKillPage({ ...preview, scope: 'agent' }),
    killOfToken: previewKillPage({
      ...{ ...preview, ...none, scope: 'token', sessions: { count: 0, more: false } },
      ...{ values: { confirm: text('x'), reason: text('why') }, errors: { confirm: text('Type it.') } },
    }),
    killOfEverything: previewKillPage({
      ...{ ...preview, scope: 'all', sessions: { count: 0, more: true } },
      agents: nothing,
      delegations: { items: [], more: true },
    }),
    killOfPerson: previewKillPage({ ...preview, scope: 'account', errors: { reason: text('Give a reason.') } }),
    objectForm: objectFormPage(frame, {
      ...{
        place: 'servers',
        title: fieldWords.changeServerTitle,
        heading: fieldWords.changeOf(chosenName(text('The bank'))),
      },
      ...{ lead: fieldWords.changeServerLead, action: `${home}/x`, cancelHref: home, button: fieldWords.change },
      version: 3,
      sections: [
        {
          title: fieldWords.name,
          hint: 'A hint',
          controls: [
            line('name', text('The bank'), text('This is taken.')),
            { ...line('note', ''), look: { kind: 'area', rows: 2, maxLength: 80, isCode: true }, optional: true },
            { ...line('password', ''), look: { kind: 'line', maxLength: 80, isSecret: true } },
            { ...line('days', '3'), look: { kind: 'line', maxLength: 8, isNumber: true } },
          ],
        },
        {
          title: fieldWords.scopes,
          rows: {
            ...{ member: 'scopes', add: fieldWords.addScope },
            label: fieldWords.scope,
            items: [[line('scopes.0.name', text('balance'))], [line('scopes.1.name', '')]],
          },
        },
        {
          ...{ title: fieldWords.roles, isFolded: true },
          controls: [
            {
              ...{ name: 'roles', label: fieldWords.roles, value: ['a'], error: text('Not both.'), hint: 'x' },
              look: {
                kind: 'many',
                options: [
                  { value: 'a', text: text('A') },
                  { value: 'b', text: 'B' },
                ],
              },
            },
            {
              ...{ name: 'rights', label: fieldWords.scopes, value: [`https://b.example read send\n${text('x')} y`] },
              look: {
                kind: 'rights',
                apis: [
                  {
                    ...{ identifier: 'https://b.example', name: text('The bank') },
                    scopes: [{ name: text('read'), description: text('Read it'), risk: 'low' }],
                  },
                ],
              },
            },
            { name: 'skip', label: fieldWords.skipConsent, value: ['yes'], look: { kind: 'flag' } },
            {
              name: 'kind',
              label: fieldWords.kind,
              value: ['a'],
              look: { kind: 'choice', options: [{ value: 'a', text: 'A' }] },
            },
          ],
        },
      ],
    }),
    signingKeys: signingKeysPage({
      ...frame,
      keys: [
        { id: 'k1', kind: 'EC', state: 'active', from: NOON, until: NOON },
        { id: 'k2', kind: 'RSA', state: 'published', from: NOON },
      ],
      rotateHref: `${home}/rotate`,
      pushKeys: {
        rows: [
          { id: text('vpk_2'), state: 'given', createdAt: NOON, revokeHref: `${home}/push/revoke` },
          { id: 'vpk_1', state: 'kept', createdAt: NOON },
        ],
        rotateHref: `${home}/push/rotate`,
      },
    }),
    rotatePushKey: rotatePushKeyPage(frame, { action: `${home}/push/rotate`, cancelHref: home }),
    revokePushKey: revokePushKeyPage(frame, {
      ...{
        key: { id: text('vpk_1'), state: 'kept', createdAt: NOON },
        action: `${home}/push/revoke`,
        cancelHref: home,
      },
      reason: { value: text('It was lost'), error: text('Give a reason.') },
      typed: { name: text('vpk_1'), value: text('vpk'), error: text('Type vpk_1.') },
    }),
    signingKeysToRevoke: signingKeysPage({
      ...frame,
      keys: [{ id: text('k1'), kind: 'EC', state: 'active', from: NOON, revokeHref: `${home}/k1/revoke` }],
    }),
    revokeKey: revokeKeyPage({
      ...{ ...frame, action: `${home}/k1/revoke`, cancelHref: home },
      key: { id: text('k1'), kind: 'EC', state: 'active', from: NOON },
      values: { confirm: text('k'), reason: text('It was lost') },
      errors: { confirm: text('Type k1.'), reason: text('Give a reason.') },
    }),
    revokeKeyBefore: revokeKeyPage({
      ...{ ...frame, action: `${home}/k2/revoke`, cancelHref: home, values: { confirm: '', reason: '' }, errors: {} },
      key: { id: 'k2', kind: 'RSA', state: 'published', from: NOON },
    }),
    workloadTest: workloadTestPage(frame, {
      ...{ action: `${home}/trusted-issuers/test`, listHref: `${home}/trusted-issuers` },
      error: text('It is too long.'),
    }),
    workloadTestGood: workloadTestPage(frame, {
      ...{ action: `${home}/trusted-issuers/test`, listHref: `${home}/trusted-issuers` },
      result: {
        issuer: { name: text('The cluster'), href: `${home}/trusted-issuers/tis_1` },
        ...{ subject: text('system:serviceaccount:desk:planner'), needsClientId: true },
        stated: {
          alg: 'ES256',
          iss: text('https://cluster.example.com'),
          sub: text('system:serviceaccount'),
          exp: NOON,
        },
        matches: [
          {
            agent: { name: text('Planner'), href: `${home}/agents/agt_1` },
            ...{ credential: text('crd_1'), subject: { like: text('system:serviceaccount:desk:*') } },
            claims: {
              ref: { equals: text('refs/heads/main') },
              '/a/b': { one_of: [text('one'), text('two')] },
              groups: { contains: text('builders') },
            },
          },
        ],
        near: [],
      },
    }),
    workloadTestBad: workloadTestPage(frame, {
      ...{ action: `${home}/trusted-issuers/test`, listHref: `${home}/trusted-issuers` },
      result: {
        ...{ matches: [], needsClientId: false },
        ...{ stated: { alg: text('none') }, accepted: ['RS256', 'ES256'], trustHref: `${home}/trusted-issuers/new` },
        failed: { check: 'issuer', why: text('the claim ref does not fit its rule') },
        near: [
          {
            agent: { name: text('Planner'), href: `${home}/agents/agt_1` },
            ...{
              credential: text('crd_1'),
              check: text('claim ref'),
              why: text('the claim ref does not fit its rule'),
            },
          },
        ],
      },
    }),
    issuers: issuersPage({
      testHref: `${home}/trusted-issuers/test`,
      ...{ ...frame, action: home, asked: { search: '', state: '' }, pages: {}, newHref: `${home}/new` },
      rows: [issuer, { ...issuer, health: 'unhealthy', state: 'disabled' }],
    }),
    issuer: issuerPage({
      ...{ ...frame, auditLogHref: home },
      issuer: {
        ...{ ...issuer, maxTokenAgeSeconds: 3600, isOneTime: true, createdAt: NOON, updatedAt: NOON },
        ...{ jwksUri: text('https://keys.example.com'), audience: text('https://id.example.com') },
        ...{ fetchedAt: NOON, failure: text('not_reachable'), keysAfter: NOON },
      },
      actions: [{ text: fieldWords.change, href: `${home}/x/edit` }],
    }),
    issuerByDefault: issuerPage({
      ...{ ...frame, actions: [] },
      issuer: { ...issuer, maxTokenAgeSeconds: 60, isOneTime: false, createdAt: NOON, updatedAt: NOON },
    }),
    peers: peersPage({
      ...{ ...frame, action: home, asked: { search: '', state: '' }, pages: {}, newHref: `${home}/new` },
      rows: [peer, { ...peer, accepts: false, issues: true, state: 'disabled' }],
    }),
    newAccountLink: newAccountLinkPage(frame, {
      ...{ peer: text('Partner'), action: `${home}/x/links/new`, cancelHref: `${home}/x` },
      values: { account: text('ada'), subject: text('sub-7') },
      errors: { account: text('There is none.'), subject: text('It is linked.') },
    }),
    removeAccountLink: removeAccountLinkPage(frame, {
      ...{ peer: 'per_1', account: { name: text('Ada'), href: home }, subject: text('sub-7') },
      ...{ action: `${home}/lnk_1/remove`, cancelHref: `${home}/x` },
    }),
    peer: peerPage({
      links: {
        rows: [
          {
            ...{ account: { name: text('Ada'), href: home }, subject: text('sub-7'), createdAt: NOON },
            ...{ byName: text('Bob'), removeHref: `${home}/lnk_1/remove` },
          },
        ],
        ...{ pages: { nextHref: `${home}?after=x` }, newHref: `${home}/x/links/new` },
      },
      ...{ ...frame, auditLogHref: home, actions: [{ text: fieldWords.change, href: `${home}/x/edit` }] },
      peer: {
        ...{ ...peer, createdAt: NOON, updatedAt: NOON, jwksUri: text('https://k.example.com'), fetchedAt: NOON },
        ...{ failure: text('not_reachable'), keysAfter: NOON },
        outbound: {
          clients: [{ name: text('Desk'), there: text('desk-there'), href: `${home}/clients/app_1` }],
          resources: [{ identifier: text('https://api.example.com'), scopes: [{ name: text('read'), risk: 'low' }] }],
          lifetimeSeconds: 300,
        },
        inbound: {
          ...{ clients: [text('Planner')], resources: { [text('https://a.example.com')]: [text('read')] } },
          ...{ subjects: 'verified_email', maxLifetimeSeconds: 300 },
        },
      },
    }),
    peerOfNothing: peerPage({
      ...{ ...frame, actions: [], links: { rows: [], pages: {} } },
      peer: { ...peer, accepts: false, createdAt: NOON, updatedAt: NOON },
    }),
    deadLetters: deadLettersPage({
      ...{ ...frame, action: home, asked: { search: '', state: '' }, pages: {} },
      rows: [
        { ...letter, againAction: `${home}/msg_1/retry`, recipientHref: `${home}/whk_1` },
        { ...letter, channel: 'mail', attempts: 1 },
        {
          ...{ ...letter, id: 'msg_2', attempts: 1 },
          history: [
            { at: NOON - 60, failure: text('not_reachable') },
            { at: NOON, failure: 'status_not_ok', status: 503 },
          ],
        },
      ],
      allAction: `${home}/retry`,
    }),
    noDeadLetters: deadLettersPage({
      ...{ ...frame, action: home, asked: { search: '', state: '' }, pages: {}, rows: [] },
    }),
    registrationTokens: registrationTokensPage({
      ...{ ...frame, action: home, asked: { search: '', state: '' }, pages: {}, newHref: `${home}/new` },
      rows: [
        { ...token, blueprint: text('Clerks'), revokeHref: `${home}/iat_1/revoke` },
        { ...token, state: 'used', used: 3 },
      ],
    }),
    noSigningKeys: signingKeysPage({ ...frame, keys: [], pushKeys: { rows: [] } }),
    webhooks: webhooksPage({
      ...{ ...frame, action: home, asked: { search: '', state: '' }, pages: {}, newHref: `${home}/new` },
      rows: [webhook, { ...webhook, state: 'stopped', deliveredAt: NOON }],
    }),
    successorRules: successorRulesPage({
      ...{ ...frame, action: home, asked: { search: '', state: '' }, pages: {}, newHref: `${home}/new` },
      rows: [
        rule,
        { id: 'suc_2', href: home, asksManager: false, group: { name: text('Platform') }, acceptWithin: 3600 },
      ],
    }),
    noSuccessorRules: successorRulesPage({
      ...{ ...frame, action: home, asked: { search: '', state: '' }, pages: {}, rows: [] },
    }),
    successorRule: successorRulePage({
      ...{ ...frame, auditLogHref: home, actions: [{ text: fieldWords.change, href: `${home}/x/edit` }] },
      rule: { ...rule, createdAt: NOON, updatedAt: NOON + 60 },
    }),
    removeSuccessorRule: removeRulePage(frame, rule),
    targets: targetsPage({
      ...{ ...frame, action: home, asked: { search: '', state: '' }, pages: {}, newHref: `${home}/new` },
      rows: [
        target,
        { id: 'ptg_2', href: home, name: text('B'), url: 'https://b', state: 'paused', waiting: 1, succeededAt: NOON },
      ],
    }),
    noTargets: targetsPage({
      ...{ ...frame, action: home, asked: { search: '', state: '' }, pages: {}, rows: [] },
    }),
    target: targetPage({
      ...{ ...frame, auditLogHref: home, flash: { kind: 'warning', text: text('It does not answer.') } },
      target: {
        ...{ ...target, ...targetFacts, agents: [{ name: text('Ada'), href: home }, { name: text('Gone') }] },
        ...{ failingSince: NOON, dueAt: NOON, node: text('node-1') },
      },
      refused: [
        {
          ...{ object: { name: text('Planner'), href: home }, failure: 'uniqueness', status: 409 },
          ...{ detail: text('userName is taken'), at: NOON },
        },
        { object: { name: text('Bob') }, failure: text('other'), at: NOON },
      ],
      actions: [{ text: fieldWords.change, href: `${home}/x/edit` }, false],
    }),
    targetAlone: targetPage({
      ...{ ...frame, refused: [], actions: [] },
      target: {
        ...{ ...target, ...targetFacts, state: 'active', backlog: 0, isComparing: false, updatedAt: NOON },
        failed: { failure: 'timed_out', at: NOON },
      },
    }),
    reconciliation: reconciliationPage({
      ...{ ...frame, id: text('ptg_1'), name: text('Company directory'), href: home },
      rows: [
        {
          object: { name: text('Planner'), href: home },
          kind: 'different',
          attributes: [text('displayName'), 'active'],
        },
        { object: { name: text('Bob') }, kind: 'missing' },
        { object: { name: 'agt_1' }, kind: 'surplus' },
        { object: { name: 'agt_2' }, kind: 'doubled' },
      ],
      ...{ same: 1200, foreign: 2, isComplete: false },
    }),
    reconciliationOfNothing: reconciliationPage({
      ...{ ...frame, id: 'ptg_1', name: 'Company directory', href: home, rows: [] },
      ...{ same: 1, foreign: 0, isComplete: true },
    }),
    removeTarget: removeTargetPage(frame, `${home}/ptg_1`, { name: text('Company directory'), value: text('x') }),
    auditSinks: sinksPage({
      ...{ ...frame, action: home, asked: { search: '', state: '' }, pages: {}, newHref: `${home}/new` },
      rows: [sink, { ...sink, kind: 'file', state: 'paused', backlog: 1, deliveredAt: NOON }],
    }),
    auditSink: sinkPage({
      ...{ ...frame, auditLogHref: `${home}/audit` },
      sink: {
        ...{ ...sink, ...sinkFacts, format: 'ocsf', node: text('node-1'), failingSince: NOON, dueAt: NOON },
        isContentRefused: true,
        skipHref: `${home}/snk_1/skip`,
      },
      actions: [{ text: fieldWords.change, href: `${home}/x/edit` }, false],
    }),
    auditSinkAlone: sinkPage({
      ...frame,
      sink: { ...sink, ...sinkFacts, isPersonal: false, leftOut: 0, isContentRefused: false },
      actions: [],
    }),
    auditSinkTested: sinkPage({
      ...{ ...frame, flash: { kind: 'warning', text: text('It did not arrive.') } },
      sink: { ...sink, ...sinkFacts, refused: { id: text('nod_1:1'), href: `${home}/e` }, isContentRefused: false },
      actions: [],
    }),
    ...responsePages(frame, text),
    legalHolds: holdsPage({
      ...{ ...frame, action: home, asked: { search: '', state: '' }, pages: {}, newHref: `${home}/new` },
      rows: [
        hold,
        { ...{ id: 'hld_2', href: home, state: 'active', reason: 'x', byName: 'Ada', at: NOON }, from: NOON },
        { ...hold, state: 'released' },
      ],
    }),
    noLegalHolds: holdsPage({
      ...{ ...frame, action: home, asked: { search: '', state: '' }, pages: {}, rows: [] },
    }),
    legalHold: holdPage({
      ...{ ...frame, releaseHref: `${home}/release`, auditLogHref: home },
      hold: { ...hold, aboutHref: home },
    }),
    legalHoldReleased: holdPage({
      ...frame,
      hold: { ...hold, state: 'released', released: { byName: text('Ada'), at: NOON, reason: text('Settled') } },
    }),
    releaseLegalHold: releaseHoldPage(frame, { hold, value: text('Settled'), error: text('Give a reason.') }),
    skipAuditEvent: skipEventPage(frame, {
      ...{ href: `${home}/snk_1`, name: text('Our SIEM') },
      event: { id: text('nod_1:1'), facts: { type: 'token.issued', at: NOON, who: text('Ada'), href: home } },
    }),
    skipArchivedEvent: skipEventPage(frame, { href: home, name: 'Our SIEM', event: { id: text('nod_1:1') } }),
    removeAuditSink: removeSinkPage(
      frame,
      { href: `${home}/snk_1`, backlog: 1 },
      { name: text('Our SIEM'), value: text('Our') },
    ),
    directories: directoriesPage({
      ...{ ...frame, action: home, asked: { search: '', state: '' }, pages: {} },
      rows: [
        directory,
        {
          ...{ id: 'dir_2', href: home, name: text('Branch'), state: 'disabled' },
          ...{ users: { count: 1, isMore: false }, isDryRun: true },
        },
      ],
    }),
    noDirectories: directoriesPage({
      ...{ ...frame, action: home, asked: { search: '', state: '' }, pages: {}, rows: [], newHref: `${home}/new` },
    }),
    directory: directoryPage({
      ...{ ...frame, auditLogHref: home, connection },
      directory: { ...directory, ...directoryFacts, agentBlueprint: { name: text('Small agents'), href: home } },
      held: { accounts: [{ name: text('Bob'), href: `${home}/acc_1` }, { name: text('acc_2') }], isMore: true },
      groups: [{ there: text('Staff'), here: text('planners') }],
      secrets: [
        {
          ...{ id: text('dsc_1'), owner: { name: text('Ada'), href: home }, reason: text('One static token only') },
          ...{ state: 'active', endsAt: NOON },
        },
        { id: 'dsc_2', owner: { name: text('Bob') }, reason: text('It was so'), state: 'ended', endsAt: NOON },
      ],
      secretLinks: [{ text: fieldWords.rotateSecret, href: `${home}/x/rotate-secret` }],
      actions: [{ text: fieldWords.change, href: `${home}/x/resume`, kind: 'primary' }, false],
    }),
    allowDirectorySecret: allowSecretPage(frame, {
      ...{ place: 'directories', href: `${home}/x`, name: text('Head office'), lead: directoryWords.allowLead },
      ...{ values: { reason: text('One header'), days: text('9x') }, errors: { days: text('At most 90.') } },
    }),
    rotateDirectorySecret: rotateSecretPage(frame, {
      ...{ place: 'directories', href: `${home}/x`, name: text('Head office'), overlaps: [0, 86_400, 604_800] },
      ...{ values: {}, errors: { overlap: text('There is none.') } },
    }),
    giveDirectoryAccount: directoryAccountPage(frame, {
      ...{ deed: 'assign', name: text('Head office'), action: `${home}/x/assign`, cancelHref: `${home}/x` },
      ...{ values: { account: text('ada') }, errors: { account: text('This account holds a role.') } },
    }),
    takeDirectoryAccount: directoryAccountPage(frame, {
      ...{ deed: 'unassign', name: text('Head office'), action: `${home}/x/unassign`, cancelHref: `${home}/x` },
      ...{ values: {}, errors: {} },
    }),
    revokeDirectorySecret: revokeSecretPage(frame, { href: `${home}/x`, name: text('Head office') }),
    directoryAlone: directoryPage({
      ...{ ...frame, connection },
      directory: {
        ...{ id: 'dir_2', href: home, name: text('Branch'), state: 'disabled', users: { count: 1, isMore: false } },
        isDryRun: true,
        ...{ ...directoryFacts, verifiesEmails: false, allowed: 0, updatedAt: NOON },
      },
      dryRun: {
        counts: { create: 1200, link: 1, change: 1, deactivate: 30, conflict: 1, refuse: 1 },
        ...{ isOverLimit: true, isMore: true },
        attributes: [
          { attribute: 'userName', use: 'username', example: text('ada') },
          { attribute: text('title'), use: 'kept', example: text('Planner') },
        ],
        groups: [{ name: text('Staff'), here: text('planners') }, { name: text('Others') }],
        rows: [
          { id: 'dry_1', kind: 'user', name: text('ada'), outcome: 'conflict', changed: [], why: text('It is taken') },
          { id: 'acc_1', kind: 'user', name: text('bob'), outcome: 'change', changed: [text('title'), 'active'] },
          { id: 'dry_2', kind: 'group', name: text('Staff'), outcome: 'create', changed: [] },
        ],
      },
      ...{ held: { accounts: [], isMore: false }, groups: [], secrets: [], secretLinks: [], actions: [] },
    }),
    dryRunEmpty: directoryPage({
      ...{ ...frame, connection },
      directory: { ...directory, ...directoryFacts, isDryRun: true },
      dryRun: {
        counts: { create: 0, link: 0, change: 0, deactivate: 0, conflict: 0, refuse: 0 },
        ...{ isOverLimit: false, isMore: false, attributes: [], groups: [], rows: [] },
      },
      ...{ held: { accounts: [], isMore: false }, groups: [], secrets: [], secretLinks: [], actions: [] },
    }),
    startDirectory: startDirectoryPage(frame, {
      ...{ href: home, name: text('Head office') },
      counts: { create: 1200, link: 1, change: 1, deactivate: 30, conflict: 1, refuse: 1 },
    }),
    resumeDirectory: resumeDirectoryPage(frame, { href: home, name: text('Head office'), held: 1200 }),
    resumeDirectoryOfOne: resumeDirectoryPage(frame, { href: home, name: 'x', held: 1 }),
    webhook: webhookPage({
      ...frame,
      webhook: { ...webhook, kinds: ['agent.killed'], ownerName: text('Ada'), failingSince: NOON, createdAt: NOON },
      actions: [
        { text: fieldWords.change, href: `${home}/x/edit` },
        { text: fieldWords.change, action: `${home}/x/test`, kind: 'primary' },
      ],
    }),
    secret: secretPage(frame, {
      ...{ place: 'clients', title: fieldWords.clientSecretTitle, lead: fieldWords.clientSecretLead },
      values: [{ label: fieldWords.clientId, value: text('app_1') }],
      secrets: [{ label: fieldWords.clientSecret, value: text('s3cret') }],
      old: { until: NOON, endAction: `${home}/x/remove` },
      next: { href: home, text: fieldWords.change },
    }),
    liftKill: liftKillPage({ ...frame, kill, action: `${home}/kil_1/lift`, killHref: kill.href }),
    liftKillOfAll: liftKillPage({ ...frame, kill: all, action: `${home}/kil_2/lift`, killHref: all.href }),
  };
};
