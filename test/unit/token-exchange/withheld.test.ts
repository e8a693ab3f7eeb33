/** For which exchanges without a scope left an approval is requested. */
import { expect, test } from '@jest/globals';
import { CIBA } from '../../../src/domain/clients/clients/grant-types.ts';
import type { Layer } from '../../../src/domain/vocabulary/errors.ts';
import { refusals } from '../../../src/extensions/token-exchange/refusals.ts';
import { refuseEmptyScope } from '../../../src/extensions/token-exchange/withheld.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';

/** The refusal, and how many approvals it requested. */
const refused = async (removedBy: Layer, scope: readonly string[] | undefined) => {
  const requested: unknown[] = [];
  const remedy = { kind: 'approval', auth_req_id: 'req', interval: 5, expires_in: 60 };
  const decision = { scope: [], removed: [{ scope: 'pay', layer: removedBy }], details: [], removedDetails: [] };
  const identifiers = countedIdentifiers();
  const dependencies = {
    identifiers,
    issuer: 'https://id.example',
    authorize: async () => decision,
    stepUps: { page: async () => undefined },
    approvals: { asking: { ask: async (one: unknown) => requested.push(one) }, remedyOf: () => remedy },
  };
  const exchange = {
    agent: { id: 'agt_1', grantTypes: [CIBA] },
    target: { identifier: 'https://api.example' },
    accepted: { token: { id: 'jti', subject: 'acc_anna' }, account: { id: 'acc_anna' } },
    source: { kind: 'held', delegation: { depth: 1, chain: { sub: 'agt_1' } } },
    parameters: { scope, requestedType: 'access_token' },
    facts: { asked: scope, details: {} },
  };
  const refusing = refuseEmptyScope(
    dependencies as never,
    refusals(identifiers),
    { id: 'req_1' } as never,
    exchange as never,
    decision as never,
  );
  const { denial } = await refusing.then(
    () => Promise.reject(new Error('not refused')),
    (error: { readonly denial: { readonly reason: string; readonly remedies?: readonly unknown[] } }) => error,
  );
  return { reason: denial.reason, remedies: denial.remedies ?? [], requested: requested.length };
};

test('a scope that needs an approval has one requested, and the remedy says how to wait for it', async () => {
  expect(await refused('approval', ['pay'])).toMatchObject({
    reason: 'approval_required',
    remedies: [{ kind: 'approval', auth_req_id: 'req' }],
    requested: 1,
  });
});

test('without a scope no approval is requested: the request names nothing that approvers could see', async () => {
  expect(await refused('approval', undefined)).toMatchObject({
    reason: 'approval_required',
    remedies: [],
    requested: 0,
  });
});

test('a scope that another layer removes has no approval requested', async () => {
  expect(await refused('agent', ['pay'])).toMatchObject({ reason: 'scope_not_available', requested: 0 });
});
