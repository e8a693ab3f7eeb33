/**
 * Which layer applies on which route. The code uses this table, and the reference page is generated from it. A missing cell
 * does not compile, and a cell that does not apply states why.
 */
import type { DecisionFacts, Route } from './facts.ts';
import type { DecisionLayer } from './layers.ts';

/** `counts`: the layer narrows. `if`: it narrows where the request has the fact. `not`: why it cannot. */
export type Cell =
  | 'counts'
  | { readonly if: (facts: DecisionFacts) => boolean; readonly when: string }
  | { readonly not: string };

const NOBODY = { not: 'nobody but the caller is in it' } as const;
const NO_TOKEN = { not: 'no token is exchanged' } as const;
const ITSELF = { not: 'the caller acts for itself' } as const;
const PROVIDER_GRANT = { not: 'oidc-provider issues within the grant' } as const;

const FOR_AGENT: Cell = { if: ({ caller }) => caller.kind === 'agent', when: 'the caller is an agent' };
const FOR_SOMEBODY: Cell = { if: ({ subject }) => subject !== undefined, when: 'the token speaks for somebody' };
const HAS_DELEGATION: Cell = {
  if: ({ delegation }) => delegation !== undefined,
  when: 'the token hangs on a delegation',
};

/** Decision 21. */
const OF_APP: Cell = {
  if: ({ grant }) => grant !== undefined,
  when: 'the person used a client, unless the delegation is for calls by it',
};

const EXTERNAL: Cell = {
  if: () => true,
  when: 'the configuration names an external decision point for the route, but for the management API',
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
    grant: { not: 'it is what is asked for' },
    subject_token: NO_TOKEN,
    delegation: { not: 'it is what is asked for' },
    policy: { not: 'consent and the token request ask it' },
    external: { not: 'consent and the token request ask it' },
  },
  authorization_code: OF_A_PERSON,
  refresh_token: OF_A_PERSON,
  device_code: OF_A_PERSON,
  token_exchange: {
    ...PARTIES,
    subject: 'counts',
    grant: OF_APP,
    subject_token: { if: ({ subjectToken }) => subjectToken !== undefined, when: 'it is for the same resource' },
    delegation: 'counts',
    policy: 'counts',
    external: EXTERNAL,
  },
  id_jag: {
    ...PARTIES,
    subject: 'counts',
    grant: { not: 'nobody is asked here about resources of others' },
    subject_token: { not: 'a sign-in is for none of them' },
    delegation: { not: 'the administrator lets the peer be asked' },
    policy: 'counts',
    external: EXTERNAL,
  },
  jwt_bearer: {
    ...PARTIES,
    subject: 'counts',
    grant: 'counts',
    subject_token: { if: ({ subjectToken }) => subjectToken !== undefined, when: 'the assertion names a scope' },
    delegation: { not: 'the administrator trusts the peer' },
    policy: 'counts',
    external: EXTERNAL,
  },
  txn_token: {
    ...PARTIES,
    subject: 'counts',
    grant: { not: 'its end ends the subject token' },
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
      when: 'a token for the same resource was exchanged',
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
      when: 'an exchange led here, from a token of a client that was granted something there',
    },
    subject_token: {
      if: ({ subjectToken }) => subjectToken !== undefined,
      when: 'an exchange led here, for the same resource',
    },
    delegation: { not: 'it is what is asked for' },
    policy: 'counts',
    external: EXTERNAL,
  },
  introspection: {
    ...PARTIES,
    subject: FOR_SOMEBODY,
    grant: { not: 'its end ends the token' },
    subject_token: NOBODY,
    delegation: HAS_DELEGATION,
    policy: 'counts',
    external: { not: 'it was asked when the token was made; APIs must not wait for a server elsewhere' },
  },
  access_evaluation: {
    ...PARTIES,
    subject: FOR_SOMEBODY,
    grant: { not: 'a token is over with its grant' },
    subject_token: { if: ({ subjectToken }) => subjectToken !== undefined, when: 'it is asked about a token' },
    delegation: {
      if: ({ delegation, subject, subjectToken }) =>
        delegation !== undefined || (subject !== undefined && subjectToken === undefined),
      when: 'the token hangs on a delegation, or an agent for a person is named',
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
