/** Whose state a consent depends on. */
import { describe, expect, test } from '@jest/globals';
import { consentParties } from '../../../src/domain/authority/consent/consent-parties.ts';

type State = { readonly state: string };
const lookup = (states: Readonly<Record<string, State>>) => ({
  get: async (id: string) => {
    const document = states[id];
    return document && { document: { id, ...document }, version: 1 };
  },
});

const parties = consentParties({
  accounts: lookup({ acc_active: { state: 'active' }, acc_disabled: { state: 'disabled' } }) as never,
  agents: lookup({ agt_active: { state: 'active' }, agt_suspended: { state: 'suspended' } }) as never,
  clients: lookup({
    app_active: { state: 'active' },
    app_disabled: { state: 'disabled' },
    // An id of a client that begins as that of an agent is that of a client nowhere else.
    agt_gone: { state: 'disabled' },
  }) as never,
});
const of = (asked: object = {}) => parties.of({ account: 'acc_active', clientId: 'app_active', ...asked });

describe('a consent is to a party that is active', () => {
  test('an agent or a client asks, without an agent that acts and a client between them', async () => {
    expect(await of({ clientId: 'agt_active' })).toEqual({
      account: { id: 'acc_active', state: 'active' },
      requester: { kind: 'agent', agent: { id: 'agt_active', state: 'active' } },
      actor: undefined,
      via: undefined,
    });
    expect((await of()).requester).toMatchObject({ kind: 'client', client: { id: 'app_active' } });
  });

  test.each([
    ['agt_suspended', 'consent_agent_inactive'],
    ['agt_gone', 'consent_client_inactive'],
    ['app_disabled', 'consent_client_inactive'],
    ['app_unknown', 'consent_client_inactive'],
  ])('%s does not ask', async (clientId, reason) => {
    await expect(of({ clientId })).rejects.toMatchObject({ code: 'access_denied', reason });
  });

  test.each(['acc_disabled', 'acc_unknown'])('%s is not asked', async (account) => {
    await expect(of({ account })).rejects.toMatchObject({ code: 'access_denied', reason: 'consent_account_inactive' });
  });

  test('the agent that is to act is active', async () => {
    expect((await of({ requestedActor: 'agt_active' })).actor?.id).toBe('agt_active');
  });

  test.each(['agt_suspended', 'agt_unknown', 'app_active'])('%s is no agent that acts', async (requestedActor) => {
    await expect(of({ requestedActor })).rejects.toMatchObject({ reason: 'consent_actor_inactive' });
  });

  test('the client between them is active', async () => {
    expect((await of({ via: 'app_active' })).via?.id).toBe('app_active');
    for (const via of ['app_disabled', 'app_unknown']) {
      await expect(of({ via })).rejects.toMatchObject({ reason: 'consent_caller_inactive' });
    }
  });
});
