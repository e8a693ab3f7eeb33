import type {
  NewPolicySet,
  PolicyRegistry,
  ShownPolicySet,
  Written,
} from '../../domain/authority/policy/policy-registry.ts';
import type { PolicyFinding } from '../../domain/ports/policy-engine.ts';
import { type Answer, existing, type Handlers, objectAnswer, pageAnswer, pageOf } from './call.ts';
import type { JsonObject } from './json-body.ts';
import { toWire } from './representations.ts';

type Operations =
  | 'createPolicySet'
  | 'listPolicySets'
  | 'getPolicySet'
  | 'updatePolicySet'
  | 'activatePolicySet'
  | 'validatePolicies'
  | 'getPolicySchema';

export const policyHandlers = (policies: PolicyRegistry): Handlers<Operations> => {
  const found = async (name: string) => existing(await policies.get(name));

  return {
    createPolicySet: async ({ body, by }) => written(await policies.create(body as NewPolicySet, by)),

    listPolicySets: async (call) => pageAnswer(await policies.list(pageOf(call)), showPolicySet),

    getPolicySet: async ({ id }) => objectAnswer(await found(id), showPolicySet),

    async updatePolicySet({ id, version, body, by }) {
      const { document } = await found(id);
      return written(await policies.rewrite(document.id, version, body as Partial<NewPolicySet>, by));
    },

    async activatePolicySet({ id, version, body, by }) {
      const { document } = await found(id);
      const replaces = body['replaces'] as number | undefined;
      return objectAnswer(await policies.activate(document.id, { expected: version, replaces }, by), showPolicySet);
    },

    async validatePolicies({ body }) {
      const { findings, policies: read } = policies.check(String(body['text']));
      return { body: { is_valid: findings.every(({ severity }) => severity !== 'error'), findings, policies: read } };
    },

    getPolicySchema: async () => ({ body: { schema: policies.schema, starter: policies.starter } }),
  };
};

const written = ({ warnings, ...set }: Written): Answer => {
  const { body, version } = objectAnswer(set, showPolicySet);
  return {
    body: { ...body, ...(warnings.length === 0 ? {} : { warnings: warnings.map(inWords) }) },
    ...(version === undefined ? {} : { version }),
  };
};

const inWords = ({ message, line }: PolicyFinding): string =>
  line === undefined ? message : `Line ${line}: ${message}`;

const showPolicySet = ({
  frozenAt: _,
  ...set
}: Omit<ShownPolicySet, 'text'> & { readonly text?: string }): JsonObject => toWire({ ...set });
