import { describe, expect, test } from '@jest/globals';
import type { AuditEntry, AuditFilters } from '../../../src/domain/audit/list-events.ts';
import { authorizer } from '../../../src/domain/authority/decision/authorize.ts';
import { recordOf } from '../../../src/domain/authority/decision/decision.ts';
import type { ExternalDecisionPoint } from '../../../src/domain/authority/decision/external-layer.ts';
import type { DecisionFacts } from '../../../src/domain/authority/decision/facts.ts';
import { serverUse } from '../../../src/domain/authority/decision/server-use.ts';
import { serverUseCases } from '../../../src/domain/authority/decision/server-use-cases.ts';
import { replay } from '../../../src/domain/authority/policy/replay.ts';
import type { PolicySummary } from '../../../src/domain/ports/policy-engine.ts';
import { API, account, generous, MAIL, NOW, policiesThat, server } from '../decision/world.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';

const permitting = policiesThat(() => ({}));
const use = (policies: ReturnType<typeof policiesThat>) =>
  serverUse({
    identifiers: countedIdentifiers(),
    policies,
    cases: serverUseCases({
      clock: { now: () => NOW },
      accounts: { get: async () => ({ document: account }) },
      clients: { get: async () => undefined },
      groupsOf: async ({ groups }) => groups,
      groups: { ofAccount: async () => [] },
      resourceServers: { findByIdentifier: async () => ({ document: { id: 'rs_own', scopes: [] } }) },
      agents: { get: async () => undefined },
      owners: { answersFor: async () => false },
      managementApi: API,
    }),
    managementApi: API,
  });
const withoutSend = policiesThat(({ resource }) => ({ effect: resource.id.endsWith('send') ? 'deny' : 'allow' }));

/** What the audit log keeps of one decision under `policies`. */
const entry = async (
  number: number,
  policies = permitting,
  external?: ExternalDecisionPoint,
  more: Partial<DecisionFacts> = {},
): Promise<AuditEntry> => {
  const decision = await authorizer({ identifiers: countedIdentifiers(), managementApi: API, policies, external })({
    ...generous('token_exchange'),
    asked: ['read', 'send'],
    ...more,
  });
  return {
    id: `record_${number}`,
    stream: 'nod_1',
    sequence: number,
    at: number * 1000,
    hash: '',
    // As it comes back from a store.
    event: JSON.parse(
      JSON.stringify({
        type: decision.scope.length > 0 ? 'token.issued' : 'token.refused',
        outcome: decision.scope.length > 0 ? 'granted' : 'refused',
        decision: decision.id,
        caller: 'agt_a',
        resource: MAIL,
        inputs: recordOf(decision),
      }),
    ),
  };
};

const listing =
  (entries: readonly AuditEntry[], asked: AuditFilters[] = []) =>
  async (filters: AuditFilters) => {
    asked.push(filters);
    const of = entries.filter(({ event }) => event.type === filters.type);
    const start = filters.after ? of.findIndex(({ id }) => id === filters.after?.id) + 1 : 0;
    const found = of.slice(start, start + 2);
    const last = found.at(-1);
    return { entries: found, ...(last && found.length === 2 ? { next: { value: last.at, id: last.id } } : {}) };
  };

const run = async (entries: readonly AuditEntry[], policies: ReturnType<typeof policiesThat>) => {
  const steps = replay(listing(entries), (await policies.current()).policies, { fromMillis: 0, toMillis: 1e9 });
  const progress = [];
  for (;;) {
    const step = await steps.next();
    if (step.done) return { summary: step.value, progress };
    progress.push(step.value);
  }
};

describe('replay', () => {
  test('under the same policies nothing changes', async () => {
    const { summary } = await run([await entry(1), await entry(2)], permitting);
    expect(summary).toMatchObject({ read: 2, decided: 2, changed: 0, examples: [] });
  });

  test('says what would have been refused, by agent and by scope, with progress a page at a time', async () => {
    const { summary, progress } = await run([await entry(1), await entry(2), await entry(3)], withoutSend);
    expect(summary).toMatchObject({
      read: 3,
      decided: 3,
      changed: 3,
      byCaller: { agt_a: { changed: 3, allowed: 0, refused: 3 } },
      byScope: { [`${MAIL} send`]: { allowed: 0, refused: 3 } },
    });
    expect(summary.examples[0]).toMatchObject({ at: 1000, caller: 'agt_a', refused: ['send'], allowed: [] });
    expect(progress.map(({ read }) => read)).toEqual([2, 3, 3, 3]);
    expect(progress.at(-1)).toMatchObject({ share: 1 });
  });

  test('the share of the range that is done rises from page to page, and is never above 1', async () => {
    const { progress } = await run([await entry(1000), await entry(500_000), await entry(900_000)], withoutSend);
    const shares = progress.map(({ share }) => share);
    expect(shares).toEqual(shares.toSorted((one, other) => one - other));
    expect(shares[0]).toBeLessThan(0.6);
    expect(Math.max(...shares)).toBe(1);
  });

  test.each([
    [12, [10, 20, 30]],
    [500, [4, 8, 12, 16, 20, 24, 28, 32]],
    [2_000, Array.from({ length: 34 }, (_, index) => index + 1)],
  ])(
    'lets other requests run after ten decisions, and under %d policies after these of 35: %j',
    async (size, after) => {
      const policies = policiesThat(() => ({}));
      const set = (await policies.current()).policies;
      const summary = (id: string): [string, PolicySummary] => [id, { id, effect: 'permit', annotations: {} }];
      const many = new Map(
        Array.from({ length: size }, (_, index) => summary(index === 0 ? 'one' : `policy-${index}`)),
      );
      const decided = await entry(1);
      const entries = Array.from({ length: 35 }, (_, index) => ({ ...decided, id: `record_${index}` }));
      // Two scopes each, of which the set is asked in one go.
      const pauses: number[] = [];
      const steps = replay(
        listing(entries),
        { ...set, policies: many },
        { fromMillis: 0, toMillis: 1e9 },
        async () => void pauses.push(policies.questions.length / 2),
      );
      for (let step = await steps.next(); !step.done; ) step = await steps.next();
      expect(pauses).toEqual(after);
    },
  );

  test('says what would have been given, and only of what policy refused', async () => {
    const { summary } = await run([await entry(1, withoutSend)], permitting);
    expect(summary.byScope).toEqual({ [`${MAIL} send`]: { allowed: 1, refused: 0 } });
  });

  test('what an external decision point refused is not made otherwise by a set', async () => {
    const refusedThere = {
      isAsked: () => true,
      cut: async (_: unknown, { scope }: { readonly scope: readonly string[] }) => ({
        scope: scope.map((name) =>
          name === 'send' ? ({ layer: 'external', external: 'denied' } as const) : undefined,
        ),
        details: [],
      }),
    };
    for (const policies of [permitting, withoutSend]) {
      const { summary } = await run([await entry(1, permitting, refusedThere)], policies);
      expect(summary).toMatchObject({ decided: 1, changed: 0 });
    }
  });

  test('what another participant of the transaction did not allow is not made otherwise by a set', async () => {
    const scopes = server.scopes.map((one) => (one.name === 'send' ? { ...one, participants: 'all' as const } : one));
    const recorded = await entry(1, permitting, undefined, {
      server: { ...server, scopes },
      participants: [{ id: 'acc_bob' }],
    });
    expect(recorded.event.inputs).toMatchObject({ removed: [{ scope: 'send', layer: 'participants' }] });
    for (const policies of [permitting, withoutSend]) {
      const { summary } = await run([recorded], policies);
      expect(summary).toMatchObject({ decided: 1, changed: 0 });
    }
  });

  test('what was asked about the use of this server is decided again; other events about it are no decisions', async () => {
    const event = (number: number, type: string, inputs?: object): AuditEntry => ({
      id: `record_${number}`,
      stream: 'nod_1',
      sequence: number,
      at: number * 1000,
      hash: '',
      event: { type, outcome: 'done', caller: 'acc_anna', resource: API, ...(inputs ? { inputs } : {}) } as never,
    });
    const of = use(permitting);
    const call = { operation: 'suspendAgent', scope: 'agents:write', risk: 'high' };
    const permitted = await of.administer(call, { caller: 'acc_anna' });
    const withoutCalls = policiesThat(({ action }) => ({ effect: action === 'administer' ? 'deny' : 'allow' }));
    const entries = [
      event(1, 'management.permitted', permitted?.inputs),
      event(2, 'agent.updated'),
      event(3, 'management.refused'),
    ];
    const { summary } = await run(entries, withoutCalls);
    expect(summary).toMatchObject({
      read: 1,
      decided: 1,
      changed: 1,
      byCaller: { acc_anna: { changed: 1, allowed: 0, refused: 1 } },
      byScope: { [`${API} suspendAgent`]: { allowed: 0, refused: 1 } },
    });
  });

  test('events that keep no question are read and not decided', async () => {
    const { event, ...rest } = await entry(1);
    const { inputs: _, ...bare } = event;
    const { summary } = await run([{ ...rest, event: bare }], withoutSend);
    expect(summary).toMatchObject({ read: 1, decided: 0, changed: 0 });
  });
});
