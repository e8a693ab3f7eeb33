/**
 * Which layer applies on which route. The code uses this table, and the reference page is generated from it. A missing cell
 * does not compile, and a cell that does not apply states why.
 */
import type { Statement } from '../../vocabulary/statements.ts';
import type { DecisionFacts, Route } from './facts.ts';
import type { DecisionLayer } from './layers.ts';
import { simulationStatement } from './simulation-statements.ts';

/** `counts`: the layer narrows. `if`: it narrows where the request has the fact. `not`: why it cannot. */
export type Cell =
  | 'counts'
  | { readonly if: (facts: DecisionFacts) => boolean; readonly when: Statement }
  | { readonly not: Statement };

const NOBODY = { not: simulationStatement('only_caller_involved') } as const;
const NO_TOKEN = { not: simulationStatement('no_token_exchanged') } as const;
const ITSELF = { not: simulationStatement('caller_acts_for_itself') } as const;
const PROVIDER_GRANT = { not: simulationStatement('provider_issues_within_grant') } as const;

const FOR_AGENT: Cell = { if: ({ caller }) => caller.kind === 'agent', when: simulationStatement('caller_is_agent') };
const FOR_SOMEBODY: Cell = {
  if: ({ subject }) => subject !== undefined,
  when: simulationStatement('token_for_person'),
};
const HAS_DELEGATION: Cell = {
  if: ({ delegation }) => delegation !== undefined,
  when: simulationStatement('token_of_delegation'),
};

/** Decision 21. */
const OF_APP: Cell = {
  if: ({ grant }) => grant !== undefined,
  when: simulationStatement('person_used_client'),
};

const EXTERNAL: Cell = {
  if: () => true,
  when: simulationStatement('external_point_named'),
};

/** Limits that come from the parties; empty where they set none. */
const PARTIES = {
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
  },
  authorization_request: {
    ...PARTIES,
    subject: FOR_SOMEBODY,
    grant: { not: simulationStatement('is_what_is_asked') },
    subject_token: NO_TOKEN,
    delegation: { not: simulationStatement('is_what_is_asked') },
    policy: { not: simulationStatement('asked_by_later_requests') },
    external: { not: simulationStatement('asked_by_later_requests') },
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
      when: simulationStatement('token_for_same_resource'),
    },
    delegation: 'counts',
    policy: 'counts',
    external: EXTERNAL,
  },
  id_jag: {
    ...PARTIES,
    subject: 'counts',
    grant: { not: simulationStatement('resources_are_of_others') },
    subject_token: { not: simulationStatement('sign_in_for_no_resource') },
    delegation: { not: simulationStatement('peer_may_be_asked') },
    policy: 'counts',
    external: EXTERNAL,
  },
  jwt_bearer: {
    ...PARTIES,
    subject: 'counts',
    grant: 'counts',
    subject_token: {
      if: ({ subjectToken }) => subjectToken !== undefined,
      when: simulationStatement('assertion_names_scope'),
    },
    delegation: { not: simulationStatement('peer_is_trusted') },
    policy: 'counts',
    external: EXTERNAL,
  },
  txn_token: {
    ...PARTIES,
    subject: 'counts',
    grant: { not: simulationStatement('grant_ends_subject_token') },
    subject_token: 'counts',
    delegation: HAS_DELEGATION,
    policy: 'counts',
    external: EXTERNAL,
  },
  ciba: {
    ...PARTIES,
    subject: 'counts',
    grant: OF_APP,
    subject_token: {
      if: ({ subjectToken }) => subjectToken !== undefined,
      when: simulationStatement('token_exchanged_for_same_resource'),
    },
    delegation: HAS_DELEGATION,
    policy: 'counts',
    external: EXTERNAL,
  },
  consent: {
    ...PARTIES,
    subject: 'counts',
    grant: {
      if: ({ grant }) => grant !== undefined,
      when: simulationStatement('exchange_with_client_grant'),
    },
    subject_token: {
      if: ({ subjectToken }) => subjectToken !== undefined,
      when: simulationStatement('exchange_for_same_resource'),
    },
    delegation: { not: simulationStatement('is_what_is_asked') },
    policy: 'counts',
    external: EXTERNAL,
  },
  introspection: {
    ...PARTIES,
    subject: FOR_SOMEBODY,
    grant: { not: simulationStatement('grant_ends_token') },
    subject_token: NOBODY,
    delegation: HAS_DELEGATION,
    policy: 'counts',
    external: { not: simulationStatement('external_point_asked_before') },
  },
  access_evaluation: {
    ...PARTIES,
    subject: FOR_SOMEBODY,
    grant: { not: simulationStatement('token_ends_with_grant') },
    subject_token: {
      if: ({ subjectToken }) => subjectToken !== undefined,
      when: simulationStatement('asked_about_token'),
    },
    delegation: {
      if: ({ delegation, subject, subjectToken }) =>
        delegation !== undefined || (subject !== undefined && subjectToken === undefined),
      when: simulationStatement('delegation_or_agent_named'),
    },
    policy: 'counts',
    external: EXTERNAL,
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
