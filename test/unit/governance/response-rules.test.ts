/** A rule acts only after a caller read what it would have done, and the replay says what the rule does. */
import { describe, expect, test } from '@jest/globals';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import { listEvents } from '../../../src/domain/audit/list-events.ts';
import { RESPONSE_RULES, type ResponseRule } from '../../../src/domain/governance/responses/response-rule.ts';
import { responseRuleRegistry } from '../../../src/domain/governance/responses/response-rule-registry.ts';
import { ruleReplays } from '../../../src/domain/governance/responses/rule-replay.ts';
import { update } from '../../../src/domain/ports/document-store.ts';
import { agentEvents } from '../../support/agent-events.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { refusalOf } from '../registries/registry-world.ts';

const DAY = 86_400;
const BY = { caller: 'acc_admin' };
const DENIALS = { name: 'Denials', when: [{ fact: 'denials_10_minutes', atLeast: 5 }], act: 'suspend' } as const;

const world = () => {
  const time = { now: 1_800_000_000 };
  const clock = { now: () => time.now, nowMillis: () => time.now * 1000 };
  const audit = recordingAudit();
  const log = agentEvents(clock.now);
  const rules = responseRuleRegistry({ documents: log.documents, audit, clock, identifiers: randomIdentifiers });
  const replays = ruleReplays({
    ...{ rules, clock, pause: async () => undefined, digestOf: (agent, network) => `${agent} ${network}` },
    list: (filters) => listEvents(log.records, filters),
    agentsOf: async (ids) => ids.filter((id) => id !== 'agt_gone').map((id) => ({ id, environment: 'test' as const })),
  });
  const denied = async (agent: string, count = 5) => {
    for (let index = 0; index < count; index += 1) await log.denial(agent);
  };
  return { time, audit, log, rules, replays, denied };
};

describe('activating a rule', () => {
  test('needs a replay, of this rule, from the last day, in the version that the caller read', async () => {
    const { rules, replays, time, audit } = world();
    const { document, version } = await rules.create(DENIALS, BY);
    const { id } = document;
    const notReplayed = { code: 'conflict', reason: 'response_rule_not_replayed' };
    await expect(rules.activate(id, version, BY)).rejects.toMatchObject(notReplayed);
    const replayed = await replays.replay(id, 28, BY);
    expect(await refusalOf(() => rules.activate(id, version, BY))).toMatchObject({ code: 'precondition_failed' });
    time.now += DAY;
    await expect(rules.activate(id, replayed.version, BY)).rejects.toMatchObject(notReplayed);
    const again = await replays.replay(id, 28, BY);
    expect((await rules.activate(id, again.version, BY)).document).toMatchObject({
      ...{ state: 'active', activatedBy: BY.caller, activatedAt: time.now },
    });
    expect((await rules.active()).map((one) => one.id)).toEqual([id]);
    expect(audit.events.map(({ type }) => type)).toEqual([
      ...['response_rule.created', 'response_rule.replayed', 'response_rule.replayed', 'response_rule.activated'],
    ]);
    expect(audit.of('response_rule.activated')).toMatchObject([
      { inputs: { act: 'suspend', when: ['denials_10_minutes 5'], replayed: { acted: 0 } } },
    ]);
  });

  test.each([
    ['conditions', { when: [{ fact: 'denials_10_minutes', atLeast: 6 }] }],
    ['act', { act: 'contain' }],
    ['environments', { environments: ['test'] }],
  ] as const)('another value of its %s makes it a draft without a replay', async (_, change) => {
    const { rules, replays } = world();
    const { document } = await rules.create(DENIALS, BY);
    const { version } = await replays.replay(document.id, 28, BY);
    const active = await rules.activate(document.id, version, BY);
    const changed = await rules.update(document.id, active.version, change, BY);
    expect(changed.document.state).toBe('draft');
    expect(changed.document).not.toHaveProperty('replay');
    expect(await rules.active()).toEqual([]);
    expect(await refusalOf(() => rules.activate(document.id, changed.version, BY))).toMatchObject({ code: 'conflict' });
  });

  test('a replay of another definition in the store is none', async () => {
    const { rules, replays, log } = world();
    const { document } = await rules.create(DENIALS, BY);
    const { version } = await replays.replay(document.id, 28, BY);
    const stored = log.documents.collection<ResponseRule>(RESPONSE_RULES);
    await update(stored, document.id, (one): ResponseRule => ({ ...one, when: [{ fact: 'tokens_hour', atLeast: 1 }] }));
    await expect(rules.activate(document.id, version + 1, BY)).rejects.toMatchObject({
      reason: 'response_rule_not_replayed',
    });
  });

  test('another name changes nothing about it', async () => {
    const { rules, replays } = world();
    const { document } = await rules.create(DENIALS, BY);
    const { version } = await replays.replay(document.id, 28, BY);
    const active = await rules.activate(document.id, version, BY);
    const renamed = await rules.update(document.id, active.version, { name: 'Bursts' }, BY);
    expect(renamed.document).toMatchObject({ name: 'Bursts', state: 'active', replay: { acted: 0 } });
    expect((await rules.deactivate(document.id, BY)).document.state).toBe('draft');
    await rules.remove(document.id, BY);
    expect(await rules.get(document.id)).toBeUndefined();
  });

  test.each([
    ['/when/1/fact', { when: [...DENIALS.when, { fact: 'denials_10_minutes', atLeast: 9 }] }],
    ['/environments', { environments: ['test', 'test'] }],
    ['/name', { name: 'Den\u202eials' }],
  ] as const)('refuses a rule with a wrong %s, without an event', async (field, more) => {
    const { rules, audit } = world();
    expect(await refusalOf(() => rules.create({ ...DENIALS, ...more } as never, BY))).toEqual({
      ...{ code: 'invalid_field', field },
    });
    expect(audit.events).toEqual([]);
  });
});

describe('a replay', () => {
  test('says on which agents the rule would have acted, when and why, and changes no agent', async () => {
    const { rules, replays, time, denied, log } = world();
    const start = time.now;
    await denied('agt_odd');
    await denied('agt_usual', 4);
    await denied('agt_gone');
    for (let index = 0; index < 9; index += 1) await log.denial('agt_fed', 'subject_token');
    time.now += 1800;
    await denied('agt_later');
    await denied('agt_odd');
    time.now += DAY + 1;
    const { document } = await rules.create(DENIALS, BY);
    const { replay } = (await replays.replay(document.id, 2, BY)).document;
    expect(replay).toMatchObject({
      ...{ from: time.now - 2 * DAY, until: time.now, events: 33, seen: 4, acted: 2, mostInHour: 2 },
      agents: [
        { agent: 'agt_odd', at: start, values: { denials_10_minutes: 5 }, evidence: { length: 5 } },
        { agent: 'agt_later', at: start + 1800, values: { denials_10_minutes: 5 } },
      ],
    });
    expect(replay).not.toHaveProperty('isCut');
    const shorter = (await replays.replay(document.id, 1, BY)).document.replay;
    expect(shorter).toMatchObject({ acted: 0 });
  });

  test('a rule for other environments would have acted on none', async () => {
    const { rules, replays, denied } = world();
    await denied('agt_odd');
    const { document } = await rules.create({ ...DENIALS, environments: ['production'] }, BY);
    expect((await replays.replay(document.id, 28, BY)).document.replay).toMatchObject({ acted: 0, agents: [] });
  });

  test('events of several types count in the order of time', async () => {
    const { rules, replays, time, log } = world();
    for (let day = 0; day < 10; day += 1) {
      await log.token('agt_1');
      time.now += DAY;
    }
    await log.token('agt_1', { source: '198.51.100.1' });
    await log.denial('agt_1');
    const { document } = await rules.create(
      {
        ...{ name: 'Abroad', act: 'notify' },
        when: [
          { fact: 'new_networks_hour', atLeast: 1 },
          { fact: 'denials_10_minutes', atLeast: 1 },
        ],
      },
      BY,
    );
    expect((await replays.replay(document.id, 28, BY)).document.replay).toMatchObject({
      ...{ events: 12, acted: 1 },
      agents: [{ at: time.now, values: { new_networks_hour: 1, denials_10_minutes: 1 } }],
    });
  });
});
