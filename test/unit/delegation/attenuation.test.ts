import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  attenuate,
  effective,
  type Held,
  isWithin,
  mayBeDelegatedTo,
} from '../../../src/domain/authority/delegation/attenuation.ts';
import type { Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import { consent, registerScene, START } from './fakes.ts';

// Look-alikes and near misses of one another: Cyrillic е, a ligature, other case, the wildcard, padding.
const names = fc.constantFrom('read', 'rеad', 'READ', 'read ', 'send', 'ſend', '*', 'a:b', 'a:b:c', '__proto__');
const agents = fc.constantFrom('agt_a', 'agt_b', 'agt_c', 'agt_d');
const held: fc.Arbitrary<Held> = fc.record({
  scope: fc.array(names, { maxLength: 8 }),
  expiresAt: fc.integer({ min: START, max: START + 5000 }),
  delegableTo: fc.record({ agents: fc.array(agents, { maxLength: 5 }), depth: fc.integer({ min: 0, max: 6 }) }),
});

describe('attenuation', () => {
  test('TX-02 TX-03 a child is within its parent on every axis, for any two', () => {
    fc.assert(
      fc.property(held, held, (parent, wanted) => isWithin(attenuate(parent, wanted), parent)),
      { numRuns: 2000 },
    );
  });

  test('TX-02 loses nothing that both hold, and is the same when applied again', () => {
    fc.assert(
      fc.property(held, held, (parent, wanted) => {
        const child = attenuate(parent, wanted);
        expect(child.scope).toEqual([...new Set(wanted.scope)].filter((name) => parent.scope.includes(name)).sort());
        expect(child.expiresAt).toBe(Math.min(parent.expiresAt, wanted.expiresAt));
        expect(attenuate(parent, child)).toEqual(child);
        for (const agent of child.delegableTo.agents) expect(mayBeDelegatedTo(parent, agent)).toBe(true);
      }),
    );
  });

  test('TX-02 a delegation holds no more than each of its ancestors holds now and delegates, in any stored form', () => {
    const row = fc.record({ held, actor: fc.constantFrom('agt_a', 'agt_b') });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: START, max: START + 2000 }),
        (all, now) => {
          const ids = all.map((_, index) => `dlg_${index}`);
          const rows = all.map(
            ({ held: each, actor }, index) =>
              ({
                ...each,
                actor,
                id: ids[index],
                state: 'active',
                ancestors: ids.slice(index + 1),
              }) as unknown as Delegation,
          );
          const [row, ...above] = rows as [Delegation, ...Delegation[]];
          const found = effective(row, above, now);
          const isNamed = above.every(
            ({ delegableTo }, index) =>
              delegableTo.depth >= index + 1 &&
              rows.slice(0, index + 1).every(({ actor }) => delegableTo.agents.includes(actor)),
          );
          expect(found !== undefined).toBe(isNamed && rows.every(({ expiresAt }) => expiresAt > now));
          if (!found) return;
          for (const each of above) {
            expect(isWithin(found, each)).toBe(true);
            expect(found.delegableTo.depth).toBeLessThanOrEqual(Math.max(0, each.delegableTo.depth - 1));
          }
        },
      ),
    );
  });

  test('TX-02 TX-03 random trees: every stored delegation is within its parent at every moment', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('consent' as const), actor: agents, asked: fc.array(names), pick: fc.nat(), held }),
      fc.record({ kind: fc.constant('derive' as const), parent: fc.nat(), actor: agents, held }),
      fc.record({ kind: fc.constant('revoke' as const), row: fc.nat() }),
      fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 900 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const { registry, rows, clock } = registerScene({ maxDepth: 4 });
        const all = async () => (await rows.find({ limit: 1000 })).map(({ document }) => document);
        for (const each of steps) {
          const stored = await all();
          if (each.kind === 'wait') clock.advance(each.seconds);
          if (each.kind === 'revoke' && stored.length > 0) {
            await registry.revoke(stored[each.row % stored.length]?.id ?? '', 'acc_anna');
          }
          if (each.kind === 'consent') {
            const scope = each.asked.filter((name, index) => name !== '*' && (each.pick >> index) % 2 === 0);
            await registry.recordConsent(consent({ ...each.held, actor: each.actor, asked: each.asked, scope }));
          }
          if (each.kind === 'derive' && stored.length > 0) {
            const parent = await registry.live(stored[each.parent % stored.length]?.id ?? '');
            if (!parent) continue;
            await registry
              .derive({ parent, actor: each.actor, resource: parent.resource, ...each.held })
              .catch((error: { code?: string }) => {
                expect(['access_denied', 'invalid_scope', 'invalid_request']).toContain(error.code);
              });
          }
          const after = await all();
          const byId = new Map(after.map((row) => [row.id, row]));
          for (const row of after) {
            expect(row.depth).toBeLessThanOrEqual(4);
            const live = await registry.live(row.id);
            if (!live) continue;
            for (const id of row.ancestors) {
              const above = byId.get(id);
              expect(above && above.state === 'active' && above.expiresAt > clock.now()).toBe(true);
              if (above) expect(isWithin(live, above)).toBe(true);
              if (above) expect([row.actor, mayBeDelegatedTo(above, row.actor)]).toEqual([row.actor, true]);
            }
          }
          expect(new Set(after.map(({ slot }) => slot)).size).toBe(after.length);
        }
      }),
      { numRuns: 150 },
    );
  });
});
