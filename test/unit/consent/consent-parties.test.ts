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
  agents: lookup({ agt_active: { state: 'active' }, agt_suspended: { state: 'suspended' } }) as never,
  clients: lookup({
    app_active: { state: 'active' },
    app_disabled: { state: 'disabled' },
    // An id of a client that begins as that of an agent is that of a client nowhere else.
    agt_gone: { state: 'disabled' },
  }) as never,
});

describe('a consent is to a party that is active', () => {
  test('an agent or a client asks', async () => {
    expect(await parties.requesterOf('agt_active')).toMatchObject({ kind: 'agent', agent: { id: 'agt_active' } });
    expect(await parties.requesterOf('app_active')).toMatchObject({ kind: 'client', client: { id: 'app_active' } });
  });

  test.each([
    ['agt_suspended', 'consent_agent_inactive'],
    ['agt_gone', 'consent_client_inactive'],
    ['app_disabled', 'consent_client_inactive'],
    ['app_unknown', 'consent_client_inactive'],
  ])('%s does not ask', async (id, reason) => {
    await expect(parties.requesterOf(id)).rejects.toMatchObject({ reason });
  });

  test('the agent that is to act is active', async () => {
    expect((await parties.actorOf('agt_active')).id).toBe('agt_active');
  });

  test.each(['agt_suspended', 'agt_unknown', 'app_active'])('%s is no agent that acts', async (id) => {
    await expect(parties.actorOf(id)).rejects.toMatchObject({ reason: 'consent_actor_inactive' });
  });

  test('the client between them is active', async () => {
    expect((await parties.viaOf('app_active')).id).toBe('app_active');
    await expect(parties.viaOf('app_disabled')).rejects.toMatchObject({ reason: 'consent_caller_inactive' });
    await expect(parties.viaOf('app_unknown')).rejects.toMatchObject({ reason: 'consent_caller_inactive' });
  });
});
