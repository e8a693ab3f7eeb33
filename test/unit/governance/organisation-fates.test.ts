/** Who answers what waits in the simulated organisation: an owner who denies it, or the attacker who has the owner's session. */
import { expect, test } from '@jest/globals';
import { seededRandom } from '../../campaigns/campaign.ts';
import { widening } from '../../campaigns/organisation-blueprints.ts';
import { organisationFates } from '../../campaigns/organisation-fates.ts';
import { victimOf } from '../../campaigns/organisation-outcomes.ts';
import type { TakeoverKind } from '../../campaigns/organisation-takeovers.ts';
import { newWorker, token, type Work, wanted } from '../../campaigns/organisation-work.ts';

const AT = 1_800_000_000;
const RESTRICTED = {
  act: 'approve',
  state: 'open',
  createdAt: AT - 600,
  eventAt: AT - 610,
  id: 'rsp_1',
  until: AT + 9000,
};

/** What follows from one act that the attacker wants, of an agent that a rule restricts, and has since ten minutes ago. */
const fateOfAct = async (
  kind: TakeoverKind,
  { isApproved = false, refusedAt }: { readonly isApproved?: boolean; readonly refusedAt?: number } = {},
) => {
  const random = seededRandom(1);
  const worker = newWorker('agt_1', random);
  const act: Work = { ...wanted(token(worker, AT, random)), isHostile: true, ...(isApproved ? { isApproved } : {}) };
  const time = { now: AT - 600 };
  const stopsOf = async (work: Work) =>
    work.isApproved ? [] : refusedAt === undefined ? (['waits'] as const) : (['refused', 'waits'] as const);
  const fates = organisationFates({ time, stopsOf, lift: async () => undefined }, random);
  await fates.noteResponse({ ...RESTRICTED, agent: worker.id } as never, true);
  fates.begin([victimOf(kind, worker, [act])]);
  if (refusedAt !== undefined)
    await fates.noteResponse(
      { ...RESTRICTED, agent: worker.id, act: 'narrow', id: 'rsp_2', createdAt: refusedAt } as never,
      true,
    );
  time.now = AT;
  const later: Work[] = [];
  const logged = [...(await fates.of(act, later))];
  for (const work of later) logged.push(...(await fates.of(work, [])));
  fates.end();
  return { types: logged.map(({ event }) => event.type), how: fates.outcomes[0]?.how };
};

test('what several restrictions stop counts from the first of them, and an ask is none for who approves it', async () => {
  const refusedAt = AT - 300;
  expect(await fateOfAct('people pressed for payments', { refusedAt })).toMatchObject({ how: 'asked' });
  expect(await fateOfAct('session of an owner', { refusedAt })).toMatchObject({ how: 'narrowed' });
});

test('the owner of a restricted agent denies what the attacker wants, also where the person approves', async () => {
  const waiting = await fateOfAct('people pressed for payments');
  expect(waiting).toEqual({ types: ['approval.requested', 'approval.denied'], how: 'asked' });
  expect(await fateOfAct('people pressed for payments', { isApproved: true })).toEqual({ types: [], how: 'asked' });
});

test('an attacker with the session of the owner approves it: to wait contains nothing', async () => {
  const waiting = await fateOfAct('session of an owner');
  expect(waiting).toEqual({ types: ['approval.requested', 'approval.approved', 'token.issued'], how: undefined });
  const approved = await fateOfAct('session of an owner', { isApproved: true });
  expect(approved).toEqual({ types: ['approval.approved', 'token.issued'], how: undefined });
});

test('what an operator does about an agent stays in the log of a restricted agent, and begins a takeover', async () => {
  const random = seededRandom(1);
  const worker = { ...newWorker('agt_1', random), from: 0, hours: 24 };
  const operator = { caller: 'acc_o1', source: '10.1.1.7' };
  const acts = widening(worker, operator, AT, 10).map((act): Work => ({ ...act, isHostile: true }));
  const taken: Work = { ...wanted(token(worker, AT + 30, random)), isHostile: true };
  const lifted: string[] = [];
  const time = { now: AT };
  const stopsOf = async () => ['refused'] as const;
  const fates = organisationFates({ time, stopsOf, lift: async (id) => void lifted.push(id) }, random);
  fates.begin([victimOf('mass export', worker, [...acts, taken])]);
  const logged: string[] = [];
  const log = async (work: Work) => {
    for (const { caller, event } of await fates.of(work, [])) logged.push(`${caller} ${event.type}`);
  };
  for (const act of acts) await log(act);
  expect(logged).toEqual(['acc_o1 blueprint.drafted', 'acc_o1 blueprint.activated', 'acc_o1 agent.updated']);
  const suspended = { ...RESTRICTED, agent: worker.id, act: 'suspend', createdAt: AT + 25, eventAt: AT + 20 };
  await fates.noteResponse(suspended as never, false);
  expect(fates.figures.falseSuspensions).toBe(0);
  // An operator ended the takeover: the rest of it does not come.
  for (const act of [...acts, taken]) await log(act);
  expect(logged).toHaveLength(acts.length);
  fates.end();
  expect(lifted).toEqual(['rsp_1']);
  expect(fates.outcomes[0]).toMatchObject({ how: 'suspended', seconds: 25 });
});
