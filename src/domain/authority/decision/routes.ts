/**
 * Which layer applies on which route. The code uses this table, and the reference page is generated from it. A missing cell
 * does not compile, and a cell that does not apply states why.
 */
import { type Statement, type StatementTable, statementsOf } from '../../vocabulary/statements.ts';
import type { DecisionFacts, Route } from './facts.ts';
import type { DecisionLayer } from './layers.ts';

/** Why a layer does not apply on a route. After `only if`: where it would apply. */
export const ROUTE_STATEMENTS = {
  only_caller_involved: 'only the caller is involved',
  no_token_exchanged: 'no token is exchanged',
  caller_acts_for_itself: 'the caller acts for itself',
  provider_issues_within_grant: 'oidc-provider issues within the grant',
  caller_is_agent: 'the caller is an agent',
  token_for_person: 'the token acts for a person',
  token_of_delegation: 'the token hangs on a delegation',
  person_used_client: 'the person used a client, unless the delegation is for calls by it',
  external_point_named: 'the configuration names an external decision point for the route, but for the management API',
  is_what_is_asked: 'it is what is asked for',
  asked_by_later_requests: 'consent and the token request ask it',
  token_for_same_resource: 'it is for the same resource',
  resources_are_of_others: 'this server has no grants for resources of another server',
  sign_in_for_no_resource: 'a sign-in is for none of them',
  peer_may_be_asked: 'the administrator lets the peer be asked',
  assertion_names_scope: 'the assertion names a scope',
  peer_is_trusted: 'the administrator trusts the peer',
  grant_ends_subject_token: 'its end ends the subject token',
  token_exchanged_for_same_resource: 'a token for the same resource was exchanged',
  exchange_with_client_grant: 'an exchange led here, from a token of a client that was granted something there',
  exchange_for_same_resource: 'an exchange led here, for the same resource',
  grant_ends_token: 'its end ends the token',
  external_point_asked_before: 'it was asked when the token was made; APIs must not wait for a server elsewhere',
  token_ends_with_grant: 'a token is over with its grant',
  asked_about_token: 'it is asked about a token',
  subject_token_has_them: 'the subject token needs them, and this token holds no more',
  several_participants: 'the transaction has several participants',
  delegation_or_agent_named: 'the token hangs on a delegation, or an agent for a person is named',
} as const satisfies StatementTable;

const statement = statementsOf(ROUTE_STATEMENTS);

/** `counts`: the layer narrows. `if`: it narrows where the request has the fact. `not`: why it cannot. */
export type Cell =
  | 'counts'
  | { readonly if: (facts: DecisionFacts) => boolean; readonly when: Statement }
  | { readonly not: Statement };

const ONLY_CALLER = { not: statement('only_caller_involved') } as const;
const NO_TOKEN = { not: statement('no_token_exchanged') } as const;
const ITSELF = { not: statement('caller_acts_for_itself') } as const;
const PROVIDER_GRANT = { not: statement('provider_issues_within_grant') } as const;

const FOR_AGENT: Cell = { if: ({ caller }) => caller.kind === 'agent', when: statement('caller_is_agent') };
const FOR_PERSON: Cell = {
  if: ({ subject }) => subject !== undefined,
  when: statement('token_for_person'),
};
const HAS_DELEGATION: Cell = {
  if: ({ delegation }) => delegation !== undefined,
  when: statement('token_of_delegation'),
};

/** Decision 21. */
const OF_APP: Cell = {
  if: ({ grant }) => grant !== undefined,
  when: statement('person_used_client'),
};

const IN_COMPANY: Cell = {
  if: ({ participants }) => participants !== undefined,
  when: statement('several_participants'),
};

const EXTERNAL: Cell = {
  if: () => true,
  when: statement('external_point_named'),
};

/** Limits that come from the parties; empty where they set none. */
const PARTIES = {
  response: 'counts',
  client: 'counts',
  agent: 'counts',
  blueprint: 'counts',
  environment: 'counts',
  approval: 'counts',
} as const;

const OF_A_PERSON = {
  ...PARTIES,
  subject: 'counts',
  grant: PROVIDER_GRANT,
  subject_token: NO_TOKEN,
  delegation: FOR_AGENT,
  policy: 'counts',
  external: EXTERNAL,
  participants: IN_COMPANY,
} as const;

export const ROUTE_LAYERS: { readonly [R in Route]: { readonly [L in DecisionLayer]: Cell } } = {
  client_credentials: {
    ...PARTIES,
    subject: ITSELF,
    grant: ITSELF,
    subject_token: NO_TOKEN,
    delegation: ITSELF,
    policy: 'counts',
    external: EXTERNAL,
    participants: IN_COMPANY,
  },
  authorization_request: {
    ...PARTIES,
    subject: FOR_PERSON,
    grant: { not: statement('is_what_is_asked') },
    subject_token: NO_TOKEN,
    delegation: { not: statement('is_what_is_asked') },
    policy: { not: statement('asked_by_later_requests') },
    external: { not: statement('asked_by_later_requests') },
    participants: { not: statement('asked_by_later_requests') },
  },
  authorization_code: OF_A_PERSON,
  refresh_token: OF_A_PERSON,
  device_code: OF_A_PERSON,
  token_exchange: {
    ...PARTIES,
    subject: 'counts',
    grant: OF_APP,
    subject_token: {
      if: ({ subjectToken }) => subjectToken !== undefined,
      when: statement('token_for_same_resource'),
    },
    delegation: 'counts',
    policy: 'counts',
    external: EXTERNAL,
    participants: IN_COMPANY,
  },
  id_jag: {
    ...PARTIES,
    subject: 'counts',
    grant: { not: statement('resources_are_of_others') },
    subject_token: { not: statement('sign_in_for_no_resource') },
    delegation: { not: statement('peer_may_be_asked') },
    policy: 'counts',
    external: EXTERNAL,
    participants: { not: statement('resources_are_of_others') },
  },
  jwt_bearer: {
    ...PARTIES,
    subject: 'counts',
    grant: 'counts',
    subject_token: {
      if: ({ subjectToken }) => subjectToken !== undefined,
      when: statement('assertion_names_scope'),
    },
    delegation: { not: statement('peer_is_trusted') },
    policy: 'counts',
    external: EXTERNAL,
    participants: IN_COMPANY,
  },
  txn_token: {
    ...PARTIES,
    subject: 'counts',
    grant: { not: statement('grant_ends_subject_token') },
    subject_token: 'counts',
    delegation: HAS_DELEGATION,
    policy: 'counts',
    external: EXTERNAL,
    participants: { not: statement('subject_token_has_them') },
  },
  ciba: {
    ...PARTIES,
    subject: 'counts',
    grant: OF_APP,
    subject_token: {
      if: ({ subjectToken }) => subjectToken !== undefined,
      when: statement('token_exchanged_for_same_resource'),
    },
    delegation: HAS_DELEGATION,
    policy: 'counts',
    external: EXTERNAL,
    participants: IN_COMPANY,
  },
  consent: {
    ...PARTIES,
    subject: 'counts',
    grant: {
      if: ({ grant }) => grant !== undefined,
      when: statement('exchange_with_client_grant'),
    },
    subject_token: {
      if: ({ subjectToken }) => subjectToken !== undefined,
      when: statement('exchange_for_same_resource'),
    },
    delegation: { not: statement('is_what_is_asked') },
    policy: 'counts',
    external: EXTERNAL,
    participants: { not: statement('asked_by_later_requests') },
  },
  introspection: {
    ...PARTIES,
    subject: FOR_PERSON,
    grant: { not: statement('grant_ends_token') },
    subject_token: ONLY_CALLER,
    delegation: HAS_DELEGATION,
    policy: 'counts',
    external: { not: statement('external_point_asked_before') },
    participants: IN_COMPANY,
  },
  access_evaluation: {
    ...PARTIES,
    subject: FOR_PERSON,
    grant: { not: statement('token_ends_with_grant') },
    subject_token: {
      if: ({ subjectToken }) => subjectToken !== undefined,
      when: statement('asked_about_token'),
    },
    delegation: {
      if: ({ delegation, subject, subjectToken }) =>
        delegation !== undefined || (subject !== undefined && subjectToken === undefined),
      when: statement('delegation_or_agent_named'),
    },
    policy: 'counts',
    external: EXTERNAL,
    participants: IN_COMPANY,
  },
};

/** In the order of the reference page. */
export const ROUTES = Object.keys(ROUTE_LAYERS) as readonly Route[];

/** Whether the layer narrows this decision. */
export const counts = (layer: DecisionLayer, facts: DecisionFacts): boolean => {
  const cell = ROUTE_LAYERS[facts.route][layer];
  if (cell === 'counts') return true;
  return 'if' in cell && cell.if(facts);
};
