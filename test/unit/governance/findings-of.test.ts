/** Which findings a subject has, and what becomes of a stored one. */
import { describe, expect, test } from '@jest/globals';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import type { Client } from '../../../src/domain/clients/clients/client.ts';
import { type ClientActivity, withTokens } from '../../../src/domain/governance/client-activity.ts';
import { findingsOfAgent, findingsOfClient, type Observed } from '../../../src/domain/governance/examination.ts';
import { type Finding, findingId, severityOf } from '../../../src/domain/governance/finding.ts';
import { changeOf, type Examined } from '../../../src/domain/governance/finding-writer.ts';

const DAY = 86_400;
const NOW = 20_000 * DAY;

const AGENT: Agent = {
  ...{ id: 'agt_1', name: 'Clerk', owner: 'acc_1', purpose: 'Books', environment: 'production', state: 'active' },
  ...{ redirectUris: [], grantTypes: [], dpopBoundAccessTokens: false, resourceServers: [] },
  ...{ createdAt: NOW - DAY, updatedAt: NOW - DAY },
};
const CLIENT: Client = {
  ...{ id: 'app_1', name: 'Export', applicationType: 'web', tokenEndpointAuthMethod: 'private_key_jwt' },
  ...{ owner: 'acc_1', purpose: 'Exports', grantTypes: ['client_credentials'], redirectUris: [] },
  ...{ postLogoutRedirectUris: [], corsOrigins: [], skipConsent: false, dpopBoundAccessTokens: false },
  ...{ idTokenSignedResponseAlg: 'RS256', roles: [], state: 'active', createdAt: NOW, updatedAt: NOW },
};

const ofAgent = (agent: Partial<Agent>, more: { effective?: Agent['state']; activity?: ClientActivity } = {}) =>
  findingsOfAgent(
    { ...AGENT, ...agent },
    {
      effective: { state: more.effective ?? agent.state ?? 'active' },
      ...{ lastUsedAt: undefined, activity: more.activity, now: NOW },
    },
  ).map(({ kind }) => kind);
const ofClient = (client: Partial<Client>, activity?: ClientActivity, adopted?: number) =>
  findingsOfClient({ ...CLIENT, ...client }, { activity, adopted, now: NOW }).map(({ kind }) => kind);

/** Tokens at these times, from these networks. */
const activityOf = (seen: readonly (readonly [at: number, network: string])[]): ClientActivity => {
  const tokens = seen.map(([at, network], index) => ({
    ...{ id: `s:${index}`, stream: 's', sequence: index + 1, at, network, grantType: 'client_credentials' },
  }));
  const made = withTokens('x', undefined, tokens);
  if (!made) throw new Error('no activity');
  return made;
};

describe('findings of an agent', () => {
  test.each<readonly [string, Partial<Agent>, readonly string[]]>([
    ['in order', {}, []],
    ['without an owner', { state: 'orphaned' }, ['orphaned']],
    ['without an owner, and offered', { state: 'orphaned', transferTo: 'acc_2', transferBy: NOW + DAY }, ['orphaned']],
    ['not accepted', { state: 'pending', acceptBy: NOW + DAY }, ['pending']],
    ['retired', { state: 'retired', hasSecret: true }, []],
    ['with a secret', { hasSecret: true }, ['secrets']],
    ['suspended, with a secret', { state: 'suspended', hasSecret: true }, ['secrets']],
    ['that ends soon', { expiresAt: NOW + 3 * DAY }, ['expiring']],
    ['whose credential ends soon', { credentialsEndAt: NOW + 20 * DAY }, ['expiring']],
    ['that ends later', { expiresAt: NOW + 31 * DAY }, []],
    ['that was not used', { createdAt: NOW - 40 * DAY }, ['unused']],
  ])('an agent %s', (_, agent, kinds) => {
    expect(ofAgent(agent)).toEqual(kinds);
  });

  test('an active agent that is blocked', () => {
    expect(ofAgent({}, { effective: 'suspended' })).toEqual(['stopped']);
  });

  test('a token from a network that was not seen for weeks', () => {
    const usual = Array.from({ length: 20 }, (_, index) => [NOW - (30 - index) * DAY, 'home'] as const);
    expect(ofAgent({}, { activity: activityOf(usual) })).toEqual([]);
    expect(ofAgent({}, { activity: activityOf([...usual, [NOW - 60, 'abroad']]) })).toEqual(['new_network']);
    // Its first network, or one more of many, says nothing.
    expect(ofAgent({}, { activity: activityOf([[NOW - 60, 'home']]) })).toEqual([]);
    const many = Array.from({ length: 12 }, (_, index) => [NOW - 9 * DAY + index, `net-${index}`] as const);
    expect(ofAgent({}, { activity: activityOf([...usual, ...many, [NOW - 60, 'abroad']]) })).toEqual([]);
  });

  test('a thief of its key does not hide among many new networks', () => {
    const usual = Array.from({ length: 31 }, (_, index) => [NOW - (30 - index) * DAY - 1, 'home'] as const);
    for (const count of [1, 8, 9, 31, 60]) {
      const abroad = Array.from({ length: count }, (_, index) => [NOW - DAY + index, `net-${index}`] as const);
      const seen = [...usual, ...abroad].toSorted(([one], [other]) => one - other);
      expect(ofAgent({}, { activity: activityOf([...seen, [NOW, 'home']]) })).toEqual(['new_network']);
    }
  });
});

describe('findings of a client', () => {
  const without = ({ owner: _, purpose: __, ...rest }: Client): Client => rest;

  test('a confidential client without owner or purpose', () => {
    expect(ofClient({})).toEqual([]);
    const found = findingsOfClient(without(CLIENT), { activity: undefined, adopted: undefined, now: NOW });
    expect(found).toMatchObject([
      { kind: 'unowned_client', parts: [{ reason: 'no_owner' }, { reason: 'no_purpose' }] },
    ]);
    const open: Client = { ...without(CLIENT), tokenEndpointAuthMethod: 'none' };
    expect(findingsOfClient(open, { activity: undefined, adopted: undefined, now: NOW })).toEqual([]);
  });

  test('a disabled client has none', () => {
    expect(
      findingsOfClient(
        { ...without(CLIENT), state: 'disabled' },
        { activity: undefined, adopted: undefined, now: NOW },
      ),
    ).toEqual([]);
  });

  test('rules that are lifted', () => {
    expect(ofClient({ requirePkce: false })).toEqual(['exceptions']);
  });

  test('a client that is used long after its adoption', () => {
    const used = activityOf([[NOW - 60, 'home']]);
    expect(ofClient({}, used, NOW - 10 * DAY)).toEqual([]);
    expect(ofClient({}, used, NOW - 31 * DAY)).toEqual(['undeclared_agent']);
  });
});

describe('a stored finding', () => {
  const seen = (points: number): Observed => ({
    ...{ kind: 'undeclared_agent', evidence: ['s:1'] },
    parts: [{ reason: 'no_person', points }],
  });
  const subject = (more: Partial<Examined> = {}): Examined => ({
    ...{ subject: 'app_1', subjectKind: 'client', name: 'Export', owner: 'acc_1', observed: [] },
    ...more,
  });
  const stored = (more: Partial<Finding> = {}): Finding => ({
    ...{
      id: findingId('undeclared_agent', 'app_1'),
      kind: 'undeclared_agent',
      subjectKind: 'client',
      subject: 'app_1',
    },
    ...{ name: 'Export', owner: 'acc_1', state: 'open', score: 60, parts: [{ reason: 'no_person', points: 60 }] },
    ...{ evidence: ['s:1'], foundAt: NOW - DAY, createdAt: NOW - DAY, updatedAt: NOW - DAY },
    ...more,
  });
  const next = (before: Finding | undefined, now: Observed | undefined, more: Partial<Examined> = {}) => {
    const change = changeOf(before, 'undeclared_agent', subject(more), now, NOW);
    return change && [change.next.state, change.event, change.next.score];
  };

  test('opens at 50 points, and not before', () => {
    expect(next(undefined, seen(49))).toBeUndefined();
    expect(next(undefined, seen(50))).toEqual(['open', 'finding.opened', 50]);
  });

  test('stays open below that, until the signs are gone', () => {
    expect(next(stored(), seen(40))).toEqual(['open', undefined, 40]);
    expect(next(stored(), undefined)).toEqual(['resolved', 'finding.resolved', 60]);
    expect(next(stored(), seen(60), { isGone: true })).toEqual(['resolved', 'finding.resolved', 60]);
  });

  test('is not written again while nothing changes', () => {
    expect(next(stored(), seen(60))).toBeUndefined();
  });

  test('dismissed: comes back at its time, and when its score rises by 20', () => {
    const dismissed = stored({ state: 'dismissed', until: NOW + 1, dismissedScore: 60 });
    expect(next(dismissed, seen(60))).toBeUndefined();
    expect(next(dismissed, seen(79))?.[0]).toBe('dismissed');
    expect(next(dismissed, seen(80))).toEqual(['open', 'finding.opened', 80]);
    expect(next({ ...dismissed, until: NOW }, seen(60))).toEqual(['open', 'finding.opened', 60]);
  });

  test('quarantined: open again when someone else resumed the subject, and not before it was suspended', () => {
    const begun = stored({ state: 'quarantined' });
    expect(next(begun, seen(60))).toBeUndefined();
    const done = stored({ state: 'quarantined', isApplied: true });
    expect(next(done, undefined, { isBlocked: true })).toBeUndefined();
    expect(next(done, seen(60))).toEqual(['open', 'finding.opened', 60]);
  });

  test('resolved: arises again', () => {
    expect(next(stored({ state: 'resolved', expiresAt: NOW + 9 }), seen(55))).toEqual(['open', 'finding.opened', 55]);
  });

  test('has a severity by its score', () => {
    expect([0, 39, 40, 69, 70, 100].map((score) => severityOf({ score }))).toEqual([
      ...['low', 'low', 'medium', 'medium', 'high', 'high'],
    ]);
  });
});
