/** Models of the pages below `/console/policy`. Text that another party chose goes through `text`. */

import { statementPhrase } from '../../../src/http/refusal-phrase.ts';
import { isolated } from '../../../views/agent-text.ts';
import { type Html, html, type Phrase } from '../../../views/html.ts';
import { policyActivationPage, policyOverviewPage, policyVersionPage } from '../../../views/pages/console-policy.ts';
import { policyEditorPage } from '../../../views/pages/console-policy-editor.ts';
import type { PolicyVersion } from '../../../views/pages/console-policy-model.ts';
import {
  replayedPage,
  replayFailed,
  replayPage,
  replayProgress,
  replayResult,
} from '../../../views/pages/console-policy-replay.ts';
import { tryPage } from '../../../views/pages/console-policy-simulate.ts';
import { tryUsePage } from '../../../views/pages/console-policy-simulate-use.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import type { PolicyDifference, PolicyLine } from '../../../views/partials/policy-text.ts';
import { tryUseWords } from '../../../views/words/console-simulate-use.ts';
import { policyWords } from '../../../views/words/policy.ts';

const NOON = 1_790_000_000;

export const policyPages = (frame: ConsoleFrame, text: (usual: string) => string): Readonly<Record<string, Html>> => {
  const said = (usual: string): Phrase => statementPhrase({ text: text(usual), reason: '', params: {} });
  const home = `${frame.basePath}/console/policy`;
  const set = (version: number, state: PolicyVersion['state']): PolicyVersion => ({
    version,
    state,
    note: text('Nights off'),
    byName: text('Alice'),
    createdAt: NOON,
    href: `${home}/versions/${version}`,
  });
  const policies: readonly PolicyLine[] = [
    {
      id: text('low'),
      effect: 'permit',
      reason: text('Little harm.'),
      conditions: [policyWords.tied.approval, policyWords.tied.signedInWith(text('urn:acr:2'))],
    },
    { id: text('nights'), effect: 'forbid', conditions: [] },
  ];
  const difference: PolicyDifference = {
    from: 1,
    to: 2,
    lines: [
      { kind: 'same', text: text('permit (principal, action, resource)') },
      undefined,
      { kind: 'removed', text: text('when { true };') },
      { kind: 'added', text: text('\twhen { context.hour > 6 };') },
    ],
  };
  const options = [{ value: text('1'), text: text('Version 1: Starter set') }];
  const asked = { policy: text('1'), policies: options };
  const result = replayResult({
    read: 20,
    decided: 18,
    changed: 3,
    byCaller: [
      {
        id: text('agt_1'),
        name: text('Planner'),
        href: `${frame.basePath}/console/agents/agt_1`,
        changed: 2,
        allowed: 0,
        refused: 3,
      },
      { id: text('app_1'), name: text('Desk'), changed: 1, allowed: 1, refused: 0 },
    ],
    byScope: [{ scope: text('send'), resource: text('https://mail.example'), allowed: 1, refused: 3 }],
    examples: [
      {
        at: NOON,
        name: text('Planner'),
        resource: text('https://mail.example'),
        allowed: [],
        refused: [text('send'), text('read')],
        decision: text('dec_1'),
      },
    ],
  });
  const replay = {
    ...frame,
    action: `${home}/replay`,
    agents: [{ value: text('Planner'), text: text('agt_1') }],
    asked: { ...asked, days: '7', agent: text('agt_1') },
    errors: {},
  };
  const trial = {
    ...frame,
    action: `${home}/try`,
    asked: {
      ...asked,
      agent: text('agt_1'),
      person: text('alice'),
      resource: text('https://mail.example'),
      scope: text('read send'),
      assumesConsent: true,
    },
    agents: [{ value: text('agt_1'), text: text('Planner') }],
    resources: [{ value: text('https://mail.example'), text: text('Mail') }],
    errors: {},
  };
  const tryUse = {
    ...frame,
    ask: 'register' as const,
    action: `${home}/try/use`,
    asked: {
      who: text('alice'),
      way: 'token',
      kind: 'client',
      owner: text('bob'),
      blueprint: text('bpt_1'),
      environment: 'test',
      credential: 'mtls',
      policy: 'active',
      caller: text('alice'),
      operation: 'createGroup',
      target: text('agt_1'),
      set: '2',
      yes: text('alice'),
      agent: text('agt_1'),
      subject: text('bob'),
      resource: text('https://mail.example'),
      scope: text('read send'),
      for: text('carol'),
      consent: 'yes',
      sets: '2',
    },
    agents: [{ value: text('agt_1'), text: text('Planner') }],
    resources: [{ value: text('https://mail.example'), text: text('Mail') }],
    blueprints: [{ value: text('bpt_1'), text: text('Clerks') }],
    environments: [{ value: 'test', text: text('test') }],
    operations: [{ value: 'createGroup', text: 'createGroup' }],
    policies: [{ value: '2', text: text('Version 2') }],
    errors: {},
  };
  return {
    'policy-overview': policyOverviewPage({
      ...frame,
      active: {
        ...set(2, 'active'),
        since: NOON,
        activatedByName: text('Alice'),
        isFirst: false,
        policies,
        count: 5,
        gaps: ['approve'],
      },
      rollBack: { version: 1, href: `${home}/versions/1/activate` },
      versions: [set(3, 'draft'), set(2, 'active'), set(1, 'archived')],
      waiting: set(3, 'draft'),
      pages: { firstHref: home, nextHref: `${home}?after=x` },
      newHref: `${home}/new`,
      isEnforced: false,
    }),
    'policy-starter': policyOverviewPage({
      ...frame,
      active: { ...set(1, 'active'), since: NOON, isFirst: true, policies, count: 1, gaps: [] },
      ...{ versions: [set(1, 'active')], pages: {}, isEnforced: true },
    }),
    'policy-rolled-back': policyOverviewPage({
      ...frame,
      active: { ...set(2, 'active'), since: NOON, isFirst: false, policies, count: 1, gaps: [] },
      ...{ versions: [set(2, 'active'), set(1, 'archived')], pages: {}, isEnforced: true },
    }),
    'policy-nothing': policyOverviewPage({ ...frame, versions: [], pages: {}, isEnforced: true }),
    'policy-version': policyVersionPage({
      ...frame,
      set: { ...set(2, 'draft'), digest: '0f' },
      text: text('permit (\n\tprincipal, action, resource);'),
      policies,
      compare: { action: `${home}/versions/2`, versions: options, against: text('1') },
      difference,
      editHref: `${home}/versions/2/edit`,
      copyHref: `${home}/new?from=2`,
      activateHref: `${home}/versions/2/activate`,
      tryHref: `${home}/try?policy=2`,
      replayAction: `${home}/replay`,
    }),
    'policy-activation': policyActivationPage({
      ...frame,
      set: set(2, 'draft'),
      action: `${home}/versions/2/activate`,
      etag: 3,
      replaces: 1,
      difference,
      findings: [
        { severity: 'warning', message: text('never applies'), policy: text('low'), line: 1, source: text('permit (') },
      ],
      replayHref: `${home}/replay?policy=2`,
    }),
    'policy-editor': policyEditorPage({
      ...frame,
      action: `${home}/new`,
      text: text('permit ('),
      note: text('Nights off'),
      draft: { version: 2, etag: 1 },
      findings: [
        { severity: 'error', message: text('unexpected end'), policy: text('low'), line: 1, source: text('permit (') },
        { severity: 'warning', message: text('can never apply') },
      ],
      difference,
      schema: { text: 'entity Group;\n', annotations: [{ name: 'id', says: 'small letters' }] },
      cancelHref: home,
    }),
    'policy-try': tryPage({
      ...trial,
      result: {
        callerName: text('Planner'),
        personName: text('Alice'),
        resourceName: text('Mail'),
        asked: [text('read'), text('send')],
        given: [text('read')],
        reasons: [
          { text: said('agt_1 is suspended.'), link: { href: home, text: said('Open the agent') } },
          { text: said('no policy permits it'), link: { href: `${home}/new`, text: said('Draft a policy') } },
          { text: said('Alice has not consented') },
        ],
        steps: [
          { layer: 'agent', kind: 'pass', goesOn: [text('read'), text('send')], stopped: [], wouldStop: [] },
          { layer: 'grant', kind: 'aside', why: said('a reason'), goesOn: [], stopped: [], wouldStop: [] },
          { layer: 'delegation', kind: 'cut', goesOn: [text('read')], stopped: [text('send')], wouldStop: [] },
          { layer: text('policy'), kind: 'late', goesOn: [], stopped: [], wouldStop: [text('send')] },
        ],
        policies: [
          { scope: text('read'), isAllowed: true, isAfterConsent: false, by: policies },
          { scope: text('send'), isAllowed: false, isAfterConsent: true, by: [] },
        ],
        changes: [{ scope: text('send'), steps: [said('The person consents.'), said('An approval.')] }],
        maxSeconds: 300,
        maxUses: 1,
        isEnforced: false,
      },
    }),
    'policy-try-wrong': tryPage({
      ...trial,
      errors: { agent: text('There is no such agent.'), resource: text('None.'), policy: text('None.') },
    }),
    'policy-try-use': tryUsePage({
      ...tryUse,
      result: {
        callerName: '',
        resourceName: '',
        use: { who: text('Alice'), what: text('createGroup') },
        asked: [text('createGroup')],
        given: [],
        reasons: [],
        steps: [
          {
            layer: 'role',
            kind: 'pass',
            why: said('a reason'),
            goesOn: [text('createGroup')],
            stopped: [],
            wouldStop: [],
          },
          { layer: 'policy', kind: 'stop', goesOn: [], stopped: [text('createGroup')], wouldStop: [] },
        ],
        policies: [{ scope: text('createGroup'), isAllowed: false, isAfterConsent: false, by: policies }],
        changes: [{ scope: text('createGroup'), steps: [said('This policy forbids it: low.')] }],
        isEnforced: true,
      },
    }),
    'policy-try-use-approvers': tryUsePage({
      ...tryUse,
      approvers: {
        isPossible: true,
        quorum: 2,
        mustAgree: true,
        isEnough: false,
        isEnforced: false,
        people: [
          {
            name: text('Alice'),
            href: `${frame.basePath}/console/people/acc_1`,
            isPermitted: true,
            as: [tryUseWords.asked.subject, tryUseWords.ofGroup(isolated(text('Treasury')))],
            reasons: [],
            policies: [],
          },
          {
            name: text('Bob'),
            isPermitted: false,
            as: [tryUseWords.asked.owner],
            afterSeconds: 120,
            reasons: [text('Not in training.')],
            policies: [text('training')],
          },
          { name: text('Carol'), isPermitted: false, as: [], reasons: [], policies: [] },
        ],
      },
    }),
    'policy-try-use-call': tryUsePage({ ...tryUse, ask: 'administer' }),
    'policy-try-use-no-approval': tryUsePage({
      ...tryUse,
      ask: 'approve',
      approvers: { isPossible: false, quorum: 1, mustAgree: false, isEnough: false, isEnforced: true, people: [] },
    }),
    'policy-try-use-wrong': tryUsePage({
      ...tryUse,
      errors: { who: text('None.'), blueprint: text('None.'), operation: text('None.') },
    }),
    'policy-replay': replayPage({ ...replay, errors: { policy: text('None.'), agent: text('None.') } }),
    'policy-replayed': replayedPage(replay, html`${replayProgress(10, 1, 0.5)}${result}`),
    'policy-replay-broken': replayedPage(replay, html`${replayProgress(10, 1, 0.5)}${replayFailed()}`),
  };
};
