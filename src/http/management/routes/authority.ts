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
  createBudget: budgets.create(
    '/budgets',
    'NewBudget',
    'Budget',
    'Create a budget: a limit on what agents may get within a time window',
    {
      roles: ADMINISTRATORS,
    },
  ),
  listBudgets: budgets.read('/budgets', 'BudgetPage', 'List budgets and their usage, newest first', {
    query: { ...PAGE, subject: id('Only budgets about this agent, owner, account or delegation.') },
  }),
  getBudget: budgets.read('/budgets/{id}', 'Budget', 'Read a budget and its usage'),
  updateBudget: budgets.change('/budgets/{id}', 'BudgetChange', 'Budget', 'Change or disable a budget', {
    roles: ADMINISTRATORS,
  }),

  createPolicySet: policies.create(
    '/policy-sets',
    'NewPolicySet',
    'PolicySet',
    'Create a draft of the policies. It has no effect until it is activated',
    { largestBody: LONG_TEXT },
  ),
  listPolicySets: policies.read('/policy-sets', 'PolicySetPage', 'List policy sets, newest first', {
    query: PAGE,
  }),
  validatePolicies: policies.create(
    '/policy-sets/validation',
    'PolicyText',
    'PolicyValidation',
    'Validate a policy text: lists errors and warnings. Nothing is stored',
    { ...READ, largestBody: LONG_TEXT },
  ),
  getPolicySet: policies.read(
    '/policy-sets/{id}',
    'PolicySet',
    'Read a policy set by its id or version number, or read the active set as `active`',
  ),
  updatePolicySet: policies.change(
    '/policy-sets/{id}',
    'PolicySetChange',
    'PolicySet',
    'Change a draft. A set that was activated once cannot change',
    { largestBody: LONG_TEXT },
  ),
  activatePolicySet: policies.act(
    '/policy-sets/{id}/activation',
    'PolicySet',
    'Activate a policy set at once on all nodes. A set that was active before can be activated again',
    { roles: ADMINISTRATORS, ifMatch: true, body: 'PolicyActivation' },
  ),
  simulatePolicies: policies.create(
    '/policy/simulations',
    'PolicySimulation',
    'PolicySimulationResult',
    'Simulate a decision without issuing a token: what would be granted, what each layer decides, and what would have to change',
    { ...READ, largestBody: LONG_TEXT },
  ),
  replayPolicies: policies.create(
    '/policy/replays',
    'PolicyReplay',
    'ndjson',
    'Replay recorded decisions with policies. Returns lines of PolicyReplayLine; the last line is the summary',
    { ...READ, largestBody: LONG_TEXT },
  ),
  getPolicySchema: policies.read(
    '/policy/schema',
    'PolicySchema',
    'Read the policy schema and the policy set of a new server',
  ),

  listGrants: grants.read('/grants', 'GrantPage', 'List active grants, newest first', {
    own: true,
    query: {
      ...PAGE,
      account: id('Only those of this account.'),
      client: clientId('Only those of this client or agent.'),
    },
  }),
  getGrant: grants.read('/grants/{id}', 'Grant', 'Read a grant. A revoked or expired grant is not found', OWN),
  revokeGrant: {
    method: 'DELETE',
    path: '/grants/{id}',
    tag: 'grants',
    summary:
      'Revoke a grant, its tokens, and all tokens exchanged from them. For an instance grant, only that instance grant is revoked',
    scope: 'grants:write',
    policy: 'administer',
    roles: WRITERS,
    status: 204,
    own: true,
  },

  narrowGrant: grants.act(
    '/grants/{id}/narrow',
    'Grant',
    'Remove single rights from a grant and all its instance grants. Refused for rights the grant does not hold, or for all its rights',
    { ...OWN, body: 'GrantNarrowing' },
  ),

  listDelegations: delegations.read('/delegations', 'DelegationPage', 'List delegations, newest first', {
    own: true,
    query: {
      ...PAGE,
      subject: id('Only those on behalf of this account.'),
      actor: id('Only those of this agent.'),
      live: { type: 'boolean', default: false, description: 'Only those that are active.' },
    },
  }),
  getDelegation: delegations.read('/delegations/{id}', 'Delegation', 'Read a delegation', OWN),
  revokeDelegation: delegations.act(
    '/delegations/{id}/revoke',
    'Delegation',
    'Revoke a delegation and all its descendants',
    OWN,
  ),
  narrowDelegation: delegations.act(
    '/delegations/{id}/narrow',
    'Delegation',
    'Remove single rights from a first-hop delegation and all its descendants. Refused for rights it does not hold, or for all its rights',
    { ...OWN, body: 'DelegationNarrowing' },
  ),

  listApprovals: approvals.read('/approvals', 'ApprovalPage', 'List approvals, newest first', {
    own: true,
    query: {
      ...PAGE,
      agent: id('Only those of this agent.'),
      subject: id('Only those on behalf of this account.'),
      state: { type: 'string', enum: SHOWN_STATES, description: 'Only those in this state.' },
      review: {
        type: 'string',
        enum: ['open', 'closed'],
        description: 'Only break-glass approvals by two people: review closed or still open.',
      },
    },
  }),
  reviewApproval: emergencies.act(
    '/approvals/{id}/review',
    'Approval',
    'Review a break-glass approval by two people. Neither of the two may review it',
    { roles: REVIEWERS, body: 'BreakGlassReview' },
  ),
  getApproval: approvals.read('/approvals/{id}', 'Approval', 'Read an approval', OWN),

  listAbsences: absences.read('/absences', 'AbsencePage', 'List absences, newest first', {
    own: true,
    query: {
      ...PAGE,
      account: id('Only absences of this account.'),
      deputy: id('Only absences in which this account is the deputy.'),
    },
  }),
  getAbsence: absences.read('/absences/{id}', 'Absence', 'Read an absence', OWN),
  endAbsence: absences.act(
    '/absences/{id}/end',
    'Absence',
    'End an absence early. The deputy’s approvals become invalid unless a token was issued from them',
    OWN,
  ),
} satisfies Readonly<Record<string, RouteDeclaration>>;
