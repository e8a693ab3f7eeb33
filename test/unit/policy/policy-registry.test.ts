import { describe, expect, test } from '@jest/globals';
import { cedarPolicyEngine } from '../../../adapters/cedar/policy-engine.ts';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import { newActivePolicy } from '../../../src/domain/authority/policy/active-policy.ts';
import { policyRegistry } from '../../../src/domain/authority/policy/policy-registry.ts';
import { POLICY_SETS, type PolicySet } from '../../../src/domain/authority/policy/policy-set.ts';
import { update } from '../../../src/domain/ports/document-store.ts';
import type { PolicyEngine } from '../../../src/domain/ports/policy-engine.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { standingClock } from '../../support/standing-clock.ts';

const BY = { caller: 'acc_admin' };
const cedar = cedarPolicyEngine();
/** A set of its own for each name. */
const text = (name: string): string => `@id("${name}") permit (principal is Agent, action, resource);`;

const world = () => {
  const documents = memoryDocumentStore();
  const audit = recordingAudit();
  const compiled: string[] = [];
  const released: string[] = [];
  const engine: PolicyEngine = {
    ...cedar,
    async compile(of) {
      const set = await cedar.compile(of);
      compiled.push(of);
      return {
        ...set,
        release: () => {
          released.push(of);
          set.release();
        },
      };
    },
  };
  const node = () => {
    const deps = { documents, clock: standingClock(), identifiers: randomIdentifiers, audit, engine };
    const active = newActivePolicy({ documents, engine });
    return {
      ...policyRegistry(deps),
      active,
      activePolicy: async () => [...((await active.current())?.policies.policies.keys() ?? [])],
    };
  };
  const events = () => audit.events.map(({ type, inputs }) => [type, inputs?.['version']]);
  return { documents, node, events, audit, compiled, released };
};

describe('versions of the policies', () => {
  test('begin at 1, count nothing as drafts, and are archived when another one counts', async () => {
    const { node, events } = world();
    const one = node();
    const first = await one.create({ text: text('a') }, BY);
    expect(first.document).toMatchObject({ version: 1, state: 'draft', createdBy: 'acc_admin' });
    expect(await one.active.current()).toBeUndefined();
    await one.activate(first.document.id, {}, BY);
    const second = await one.create({ text: text('b'), note: 'Tighter' }, BY);
    expect(await one.activePolicy()).toEqual(['a']);
    const { document } = await one.activate(second.document.id, { expected: 1, replaces: 1 }, BY);
    expect(document).toMatchObject({ version: 2, state: 'active', replaces: 1, note: 'Tighter' });
    expect((await one.list()).items.map(({ document: { version, state } }) => [version, state])).toEqual([
      [2, 'active'],
      [1, 'archived'],
    ]);
    expect(events()).toEqual([
      ['policy.drafted', 1],
      ['policy.activated', 1],
      ['policy.drafted', 2],
      ['policy.activated', 2],
      ['policy.archived', 1],
    ]);
  });

  test('SC-06 another node sees an activation with its next question, and a rollback too', async () => {
    const { node } = world();
    const [one, other] = [node(), node()];
    const sets = [await one.create({ text: text('a') }, BY), await one.create({ text: text('b') }, BY)];
    for (const [round, expected] of ['a', 'b', 'a'].entries()) {
      await one.activate(sets[round % 2]!.document.id, {}, BY);
      expect(await other.activePolicy()).toEqual([expected]);
      expect((await other.active.current())?.version).toBe((round % 2) + 1);
    }
  });

  test('SC-06 who began under a set ends under it', async () => {
    const { node, released } = world();
    const one = node();
    await one.activate((await one.create({ text: text('a') }, BY)).document.id, {}, BY);
    const before = await one.active.current();
    await one.activate((await one.create({ text: text('b') }, BY)).document.id, {}, BY);
    expect(await one.activePolicy()).toEqual(['b']);
    expect(released).toEqual([]);
    expect([...(before?.policies.policies.keys() ?? [])]).toEqual(['a']);
  });

  test('are made ready once each, and freed when many came after', async () => {
    const { node, compiled, released } = world();
    const one = node();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await one.activate((await one.create({ text: text(name) }, BY)).document.id, {}, BY);
      const all = await Promise.all([one.active.current(), one.active.current(), one.active.current()]);
      expect(new Set(all).size).toBe(1);
    }
    expect(compiled).toHaveLength(6);
    expect(released).toEqual([text('a'), text('b')]);
    one.active.release();
    expect(released).toHaveLength(6);
  });

  test('of activations at once one wins, and its set is the one that counts', async () => {
    const { node } = world();
    const nodes = [node(), node(), node(), node()];
    await nodes[0]!.activate((await nodes[0]!.create({ text: text('a') }, BY)).document.id, {}, BY);
    const drafts = await Promise.all(nodes.map((one, at) => one.create({ text: text(`n${at}`) }, BY)));
    expect(new Set(drafts.map(({ document }) => document.version)).size).toBe(4);
    const outcomes = await Promise.allSettled(
      nodes.map((one, at) => one.activate(drafts[at]!.document.id, { expected: 1 }, BY)),
    );
    const won = outcomes.flatMap((outcome, at) => (outcome.status === 'fulfilled' ? [at] : []));
    expect(won).toHaveLength(1);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual(
      Array.from({ length: 3 }, () => ({ status: 'rejected', reason: expect.objectContaining({ code: 'conflict' }) })),
    );
    for (const one of nodes) expect(await one.activePolicy()).toEqual([`n${won[0]}`]);
  });

  test('cannot be replaced by who compared with another one', async () => {
    const { node } = world();
    const one = node();
    const sets = [await one.create({ text: text('a') }, BY), await one.create({ text: text('b') }, BY)];
    await one.activate(sets[0]!.document.id, {}, BY);
    await expect(one.activate(sets[1]!.document.id, { replaces: 2 }, BY)).rejects.toMatchObject({ code: 'conflict' });
    await expect(one.activate(sets[1]!.document.id, { expected: 7 }, BY)).rejects.toMatchObject({
      code: 'precondition_failed',
    });
    expect(await one.activePolicy()).toEqual(['a']);
  });

  test('are rewritten while they are drafts, and never after they counted', async () => {
    const { node, events } = world();
    const one = node();
    const { document } = await one.create({ text: text('a'), note: 'First' }, BY);
    const rewritten = await one.rewrite(document.id, 1, { text: text('b') }, BY);
    expect(rewritten.document).toMatchObject({ text: text('b'), note: 'First', state: 'draft' });
    expect(rewritten.document.digest).not.toBe(document.digest);
    await expect(one.rewrite(document.id, 1, { text: text('c') }, BY)).rejects.toMatchObject({
      code: 'precondition_failed',
    });
    await expect(one.activate(document.id, { expected: 1 }, BY)).rejects.toMatchObject({ code: 'precondition_failed' });
    await one.activate(document.id, { expected: 2 }, BY);
    await expect(one.rewrite(document.id, 3, { text: text('c') }, BY)).rejects.toMatchObject({ code: 'conflict' });
    expect(events()).toEqual([
      ['policy.drafted', 1],
      ['policy.drafted', 1],
      ['policy.activated', 1],
    ]);
  });

  test('keep the note of a draft when only its text changes, and take a new one', async () => {
    const { node } = world();
    const one = node();
    const { document } = await one.create({ text: text('a') }, BY);
    expect((await one.rewrite(document.id, 1, { note: 'First' }, BY)).document).toMatchObject({ note: 'First' });
    expect((await one.rewrite(document.id, 2, { note: 'Second' }, BY)).document).toMatchObject({ note: 'Second' });
    expect((await one.rewrite(document.id, 3, { text: text('b') }, BY)).document).toMatchObject({ note: 'Second' });
  });

  test('are refused with the lines of their errors, and nothing is written', async () => {
    const { node, events } = world();
    const one = node();
    const wrong = `${text('a')}\n@id("b") permit (principal, action, resource)\nwhen { context.nope };`;
    await expect(one.create({ text: wrong }, BY)).rejects.toMatchObject({
      code: 'invalid_field',
      field: '/text',
      message: expect.stringMatching(/^Line 3: .*nope/),
      errors: [{ pointer: '/text', detail: expect.stringMatching(/^Line 3: /) }],
    });
    expect((await one.list()).items).toEqual([]);
    expect(events()).toEqual([]);
  });

  test('are listed page by page, the newest first', async () => {
    const { node } = world();
    const one = node();
    for (let at = 0; at < 45; at += 1) await one.create({ text: text(`p${at}`) }, BY);
    for (const limit of [1, 7, 20, 44, 45, 50]) {
      const versions: number[] = [];
      let after: Awaited<ReturnType<typeof one.list>>['next'];
      do {
        const page = await one.list({ limit, ...(after ? { after } : {}) });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        versions.push(...page.items.map(({ document }) => document.version));
        after = page.next;
      } while (after);
      expect(versions).toEqual(Array.from({ length: 45 }, (_, at) => 45 - at));
    }
  });

  test('are not changed when the event cannot be written', async () => {
    const { node, audit } = world();
    const one = node();
    const { document } = await one.create({ text: text('a') }, BY);
    audit.append = async () => {
      throw new Error('no audit log');
    };
    await expect(one.activate(document.id, {}, BY)).rejects.toThrow('no audit log');
    await expect(one.create({ text: text('b') }, BY)).rejects.toThrow('no audit log');
    expect(await one.active.current()).toBeUndefined();
    expect((await one.list()).items).toHaveLength(1);
  });

  test('SC-04 a set that counts and cannot be used leaves nothing allowed', async () => {
    const { node, documents } = world();
    const one = node();
    const { document } = await one.create({ text: text('a') }, BY);
    await one.activate(document.id, {}, BY);
    const sets = documents.collection<PolicySet>(POLICY_SETS);
    await update(sets, document.id, (set) => ({ ...set, text: 'permit (' }));
    await expect(one.active.current()).rejects.toMatchObject({ code: 'unavailable' });
    await sets.take(document.id);
    await expect(node().active.current()).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('the first start', () => {
  test('makes the starter set count, once', async () => {
    const { node, events } = world();
    const [one, other] = [node(), node()];
    await one.ensureStarter({ caller: 'system' });
    await other.ensureStarter({ caller: 'system' });
    expect((await one.active.current())?.version).toBe(1);
    expect((await one.get('active'))?.document).toMatchObject({ text: cedar.starter, activatedBy: 'system' });
    expect(events()).toEqual([
      ['policy.drafted', 1],
      ['policy.activated', 1],
    ]);
  });

  test('goes on where one was interrupted, and leaves alone what counts', async () => {
    const { node } = world();
    const one = node();
    await one.create({ text: cedar.starter }, { caller: 'system' });
    await one.ensureStarter({ caller: 'system' });
    expect((await one.list()).items).toHaveLength(1);
    await one.activate((await one.create({ text: text('own') }, BY)).document.id, {}, BY);
    await one.ensureStarter({ caller: 'system' });
    expect(await one.activePolicy()).toEqual(['own']);
  });
});

test('a set is found by version, id or as the active one, and what is none of them is not found', async () => {
  const one = world().node();
  for (const name of ['active', '1', 'pol_none']) expect(await one.get(name)).toBeUndefined();
  const { document } = await one.create({ text: text('a') }, BY);
  expect(await one.get('active')).toBeUndefined();
  expect([(await one.get('1'))?.document.id, (await one.get(document.id))?.document.state]).toEqual([
    document.id,
    'draft',
  ]);
  for (const name of ['01', '1.0', '2', '1000000000']) expect(await one.get(name)).toBeUndefined();
  await one.activate(document.id, {}, BY);
  expect((await one.get('active'))?.document).toMatchObject({
    id: document.id,
    state: 'active',
    activatedBy: 'acc_admin',
  });
  expect((await one.get('1'))?.document).not.toHaveProperty('replaces');
});

test('the active set is not activated again, and a set that does not exist never is', async () => {
  const { node, events } = world();
  const one = node();
  const { document } = await one.create({ text: text('a') }, BY);
  const first = await one.activate(document.id, {}, BY);
  expect(await one.activate(document.id, {}, BY)).toMatchObject({
    document: { activatedAt: first.document.activatedAt },
  });
  expect(events().filter(([type]) => type === 'policy.activated')).toHaveLength(1);
  await expect(one.activate('pol_none', {}, BY)).rejects.toMatchObject({ reason: 'policy_set_not_found' });
});

describe('what a stored set says wrongly', () => {
  const scene = () => {
    const checks: string[] = [];
    const documents = memoryDocumentStore();
    const engine: PolicyEngine = {
      ...cedar,
      check(of, how) {
        if (how?.wasTaken) checks.push(of);
        const finding = { severity: 'error', message: 'in this test', ...(of === text('a') ? { action: 'send' } : {}) };
        return how?.wasTaken ? ({ findings: [finding] } as never) : cedar.check(of, how);
      },
    };
    const deps = { documents, clock: standingClock(), identifiers: randomIdentifiers, audit: recordingAudit(), engine };
    return { registry: policyRegistry(deps), checks, sets: documents.collection<PolicySet>(POLICY_SETS) };
  };

  test('is read once for each active set, and only what is about an action', async () => {
    const { registry, checks } = scene();
    expect(await registry.gaps()).toEqual([]);
    const first = await registry.create({ text: text('a') }, BY);
    expect(await registry.gaps()).toEqual([]);
    await registry.activate(first.document.id, {}, BY);
    const gap = { version: 1, action: 'send', message: 'in this test' };
    expect([await registry.gaps(), await registry.gaps()]).toEqual([[gap], [gap]]);
    expect(checks).toEqual([text('a')]);
    const second = await registry.create({ text: text('b') }, BY);
    await registry.activate(second.document.id, { expected: 1, replaces: 1 }, BY);
    expect(await registry.gaps()).toEqual([]);
    expect(checks).toEqual([text('a'), text('b')]);
  });

  test('is unknown of a set that is gone', async () => {
    const { registry, sets, checks } = scene();
    const { document } = await registry.create({ text: text('a') }, BY);
    await registry.activate(document.id, {}, BY);
    await sets.take(document.id);
    expect([await registry.gaps(), checks]).toEqual([[], []]);
  });
});
