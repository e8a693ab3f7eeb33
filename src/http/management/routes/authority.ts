/** Routes about authority: budgets, policies, grants, delegations and approvals. */

import { SHOWN_STATES } from '../../../domain/approvals/approval-lists.ts';
import { REVIEWERS } from '../../../domain/approvals/break-glass.ts';
import { ADMINISTRATORS, about, clientId, id, OWN, PAGE, READERS, type RouteDeclaration, WRITERS } from './route.ts';

const budgets = about('budgets', 'budgets:read', 'budgets:write');
const policies = about('policy sets', 'policies:read', 'policies:write');
const grants = about('grants', 'grants:read', 'grants:write');
const delegations = about('delegations', 'delegations:read', 'delegations:write');
/** People declare absences on a page: by token they can only be ended. */
const absences = about('absences', 'approvals:read', 'approvals:write');
/** Read only: people decide on their pages, never by token. */
const approvals = about('approvals', 'approvals:read', 'approvals:read');
/** What two people did by break-glass is reviewed by others, by token, too. */
const emergencies = about('approvals', 'approvals:read', 'approvals:write');
/** A POST that changes nothing: the question is in its body. */
const READ = { scope: 'policies:read', policy: { not: 'it changes nothing' }, roles: READERS, status: 200 } as const;
/** Bytes: 512 KiB of text, and the JSON escapes of quotes and line ends. */
const LONG_TEXT = 786_432;

export const AUTHORITY_ROUTES = {
  createBudget: budgets.create('/budgets', 'NewBudget', 'Budget', 'Bound what is given within some time', {
    roles: ADMINISTRATORS,
  }),
  listBudgets: budgets.read('/budgets', 'BudgetPage', 'List budgets, newest first, with how much of each is gone', {
    query: { ...PAGE, subject: id('Only budgets about this agent, owner, account or delegation.') },
  }),
  getBudget: budgets.read('/budgets/{id}', 'Budget', 'Read a budget and how much of it is gone'),
  updateBudget: budgets.change('/budgets/{id}', 'BudgetChange', 'Budget', 'Change or disable a budget', {
    roles: ADMINISTRATORS,
  }),

  createPolicySet: policies.create(
    '/policy-sets',
    'NewPolicySet',
    'PolicySet',
    'Draft a version of the policies; nothing of it counts yet',
    { largestBody: LONG_TEXT },
  ),
  listPolicySets: policies.read('/policy-sets', 'PolicySetPage', 'List policy sets, newest first', {
    query: PAGE,
  }),
  validatePolicies: policies.create(
    '/policy-sets/validation',
    'PolicyText',
    'PolicyValidation',
    'What is wrong with a text, and what could be; nothing is stored',
    { ...READ, largestBody: LONG_TEXT },
  ),
  getPolicySet: policies.read(
    '/policy-sets/{id}',
    'PolicySet',
    'Read a policy set by its id, by the number of its version, or the one that counts as `active`',
  ),
  updatePolicySet: policies.change(
    '/policy-sets/{id}',
    'PolicySetChange',
    'PolicySet',
    'Rewrite a draft; what was activated once cannot change',
    { largestBody: LONG_TEXT },
  ),
  activatePolicySet: policies.act(
    '/policy-sets/{id}/activation',
    'PolicySet',
    'Make a policy set the one that counts, at once on all nodes; one that counted before just the same',
    { roles: ADMINISTRATORS, ifMatch: true, body: 'PolicyActivation' },
  ),
  simulatePolicies: policies.create(
    '/policy/simulations',
    'PolicySimulation',
    'PolicySimulationResult',
    'Decide without a token: what would be given, what each layer says, and what would have to change',
    { ...READ, largestBody: LONG_TEXT },
  ),
  replayPolicies: policies.create(
    '/policy/replays',
    'PolicyReplay',
    'ndjson',
    'Run policies over recorded decisions: lines of PolicyReplayLine, of which the last is the summary',
    { ...READ, largestBody: LONG_TEXT },
  ),
  getPolicySchema: policies.read(
    '/policy/schema',
    'PolicySchema',
    'The schema policies are written against, and the set a new server starts with',
  ),

  listGrants: grants.read('/grants', 'GrantPage', 'List grants that work now, newest first', {
    own: true,
    query: {
      ...PAGE,
      account: id('Only those of this account.'),
      client: clientId('Only those of this client or agent.'),
    },
  }),
  getGrant: grants.read('/grants/{id}', 'Grant', 'Read a grant; one that is over is not there', OWN),
  revokeGrant: {
    method: 'DELETE',
    path: '/grants/{id}',
    tag: 'grants',
    summary:
      'End a grant: its tokens, and what was exchanged from them, are over; of a share of an instance only that share',
    scope: 'grants:write',
    policy: 'administer',
    roles: WRITERS,
    status: 204,
    own: true,
  },

  narrowGrant: grants.act(
    '/grants/{id}/narrow',
    'Grant',
    'Take single rights from a grant, and from all shares of it; what it does not hold, or all that it holds, is refused',
    { ...OWN, body: 'GrantNarrowing' },
  ),

  listDelegations: delegations.read('/delegations', 'DelegationPage', 'List delegations, newest first', {
    own: true,
    query: {
      ...PAGE,
      subject: id('Only those for this account.'),
      actor: id('Only those of this agent.'),
      live: { type: 'boolean', default: false, description: 'Only those that work now.' },
    },
  }),
  getDelegation: delegations.read('/delegations/{id}', 'Delegation', 'Read a delegation', OWN),
  revokeDelegation: delegations.act(
    '/delegations/{id}/revoke',
    'Delegation',
    'End a delegation with all below it',
    OWN,
  ),
  narrowDelegation: delegations.act(
    '/delegations/{id}/narrow',
    'Delegation',
    'Take single rights from a first hop, and from all below it; what it does not hold, or all that it holds, is refused',
    { ...OWN, body: 'DelegationNarrowing' },
  ),

  listApprovals: approvals.read('/approvals', 'ApprovalPage', 'List approvals, newest first', {
    own: true,
    query: {
      ...PAGE,
      agent: id('Only those of this agent.'),
      subject: id('Only those on behalf of this account.'),
      state: { type: 'string', enum: SHOWN_STATES, description: 'Only those that stand like this now.' },
      review: {
        type: 'string',
        enum: ['open', 'closed'],
        description: 'Only those that two people let happen in an emergency, looked at since or not.',
      },
    },
  }),
  reviewApproval: emergencies.act(
    '/approvals/{id}/review',
    'Approval',
    'Say whether it was right that two people let it happen in an emergency; nobody of the two does',
    { roles: REVIEWERS, body: 'BreakGlassReview' },
  ),
  getApproval: approvals.read('/approvals/{id}', 'Approval', 'Read an approval', OWN),

  listAbsences: absences.read('/absences', 'AbsencePage', 'List absences, newest first', {
    own: true,
    query: {
      ...PAGE,
      account: id('Only those in which this account is away.'),
      deputy: id('Only those in which this account decides for others.'),
    },
  }),
  getAbsence: absences.read('/absences/{id}', 'Absence', 'Read an absence', OWN),
  endAbsence: absences.act(
    '/absences/{id}/end',
    'Absence',
    'End an absence before its time: what its deputy said by it counts no more, unless a token came of it',
    OWN,
  ),
} satisfies Readonly<Record<string, RouteDeclaration>>;
