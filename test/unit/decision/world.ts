/** Facts of each route with which everything is given, and what of them a layer looks at. */

import type { ActivePolicies } from '../../../src/domain/authority/decision/authorize.ts';
import type { AgentParty, ClientParty, DecisionFacts, Route } from '../../../src/domain/authority/decision/facts.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import type { PolicyQuestion, PolicySummary, Verdict } from '../../../src/domain/ports/policy-engine.ts';
import type { ResourceServer } from '../../../src/domain/resources/resource-servers/resource-server.ts';

export const NOW = 1_800_000_000;
export const API = 'https://id.example/api/v1';
export const MAIL = 'https://mail.example';

export const server: ResourceServer = {
  id: 'rs_mail',
  identifier: MAIL,
  name: 'Mail',
  scopes: [
    { name: 'read', description: 'Read', risk: 'low' },
    { name: 'send', description: 'Send', risk: 'high' },
  ],
  accessTokenFormat: 'jwt',
  accessTokenSigningAlg: 'ES256',
  accessTokenTtlSeconds: 600,
  introspectionAuthMethod: 'none',
  state: 'active',
  createdAt: 0,
  updatedAt: 0,
};

export const agent: AgentParty = {
  kind: 'agent',
  id: 'agt_a',
  owner: 'acc_owner',
  environment: 'production',
  authority: { [MAIL]: ['*'] },
};

export const client: ClientParty = {
  kind: 'client',
  id: 'app_a',
  authority: { [MAIL]: ['*'] },
  skipsConsent: true,
  isDocument: false,
};

export const account: Account = {
  id: 'acc_anna',
  username: 'anna',
  name: 'Anna',
  groups: ['finance'],
  roles: [],
  state: 'active',
  sessionsValidFrom: 0,
  createdAt: 0,
  updatedAt: 0,
};

/** Everything is there, and nothing limits: both scopes are given. */
export const generous = (route: Route): DecisionFacts => ({
  route,
  now: NOW,
  server,
  caller: agent,
  through: [client],
  ...(route === 'client_credentials' ? {} : { subject: account }),
  grant: ['read', 'send'],
  subjectToken: ['read', 'send'],
  delegation: ['read', 'send'],
  actors: ['agt_a'],
});

/** A policy set whose verdicts are written down: what it forbids, what else it permits, and with which annotations. */
export const policiesThat = (
  decide: (question: PolicyQuestion) => Partial<Verdict> & { readonly annotations?: PolicySummary['annotations'] },
  version = 1,
): { readonly current: () => Promise<ActivePolicies>; readonly questions: PolicyQuestion[] } => {
  const questions: PolicyQuestion[] = [];
  const policies = new Map<string, PolicySummary>();
  return {
    questions,
    current: async () => ({
      version,
      policies: {
        policies,
        release() {},
        decide(question) {
          questions.push(question);
          const { annotations = {}, ...verdict } = decide(question);
          const effect = verdict.effect ?? 'allow';
          policies.set('one', { id: 'one', effect: effect === 'allow' ? 'permit' : 'forbid', annotations });
          return { effect, determining: ['one'], errors: [], ...verdict };
        },
        decideEach(question, entities, resources) {
          return resources.map(({ entity, more }) =>
            this.decide({ ...question, resource: entity.name, context: { ...question.context, ...more } }, [
              ...entities,
              entity,
            ]),
          );
        },
      },
    }),
  };
};
