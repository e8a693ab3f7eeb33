import type { WorkloadIdentity } from '../../domain/clients/agents/workload-identity.ts';
import type { IssuerKeys } from '../../domain/clients/workload-identity/issuer-keys.ts';
import type { TrustedIssuer } from '../../domain/clients/workload-identity/trusted-issuer.ts';
import type {
  NewTrustedIssuer,
  TrustedIssuerChange,
  TrustedIssuerRegistry,
} from '../../domain/clients/workload-identity/trusted-issuer-registry.ts';
import { type Call, existing, type Handlers, objectAnswer, pageAnswer, pageOf, sameVersion } from './call.ts';
import type { JsonObject } from './json-body.ts';
import { toWire } from './representations.ts';

type Operations =
  | 'createTrustedIssuer'
  | 'listTrustedIssuers'
  | 'getTrustedIssuer'
  | 'updateTrustedIssuer'
  | 'disableTrustedIssuer'
  | 'enableTrustedIssuer'
  | 'purgeTrustedIssuerKeys'
  | 'testWorkloadIdentity';

export type WorkloadIdentityDependencies = {
  readonly issuers: TrustedIssuerRegistry;
  readonly keys: Pick<IssuerKeys, 'health'>;
  readonly workloads: Pick<WorkloadIdentity, 'test'>;
};

export const workloadIdentityHandlers = ({
  issuers,
  keys,
  workloads,
}: WorkloadIdentityDependencies): Handlers<Operations> => {
  const show = (issuer: TrustedIssuer): JsonObject => ({
    ...toWire({ ...issuer }),
    keys: toWire({ ...keys.health(issuer) }),
  });
  const found = async ({ id }: Call) => existing(await issuers.get(id));

  return {
    createTrustedIssuer: async ({ body, by }) =>
      objectAnswer(await issuers.create(body as unknown as NewTrustedIssuer, by), show),

    async listTrustedIssuers(call) {
      const { issuer } = call.query;
      return pageAnswer(await issuers.list({ ...pageOf(call), ...(issuer === undefined ? {} : { issuer }) }), show);
    },

    getTrustedIssuer: async (call) => objectAnswer(await found(call), show),

    async updateTrustedIssuer(call) {
      sameVersion(await found(call), call);
      return objectAnswer(await issuers.update(call.id, call.version, call.body as TrustedIssuerChange, call.by), show);
    },

    disableTrustedIssuer: async ({ id, by }) => objectAnswer(await issuers.disable(id, by), show),
    enableTrustedIssuer: async ({ id, by }) => objectAnswer(await issuers.enable(id, by), show),
    purgeTrustedIssuerKeys: async ({ id, by }) => objectAnswer(await issuers.purgeKeys(id, by), show),

    async testWorkloadIdentity({ body }) {
      const { issuer, subject, refusal, matches } = await workloads.test(String(Reflect.get(body, 'token')));
      return {
        body: {
          good: refusal === undefined,
          ...(issuer ? { issuer: { id: issuer.id, name: issuer.name, issuer: issuer.issuer } } : {}),
          ...(subject === undefined ? {} : { subject }),
          ...(refusal ? { failed: { check: refusal.check, detail: refusal.why } } : {}),
          matches: matches.map(({ agent, credential }) => ({ agent: agent.id, name: agent.name, credential })),
          needs_client_id: matches.length > 1,
        },
      };
    },
  };
};
