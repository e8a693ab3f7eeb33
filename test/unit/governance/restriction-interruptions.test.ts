/** Restrictions where a process stops halfway, a rule changes meanwhile, or the brake keeps one back for a time. */
import { expect, test } from '@jest/globals';
import { acting, HOUR, OPERATOR } from './responses-world.ts';

const DAY = 24 * HOUR;
type Acting = Awaited<ReturnType<typeof acting>>;

const statesOf = async ({ responses }: Acting) => (await responses()).map(({ act, state }) => [act, state]);

test('a lift that ended the restriction and was cut off is done: the rule acts again, by what comes later', async () => {
  const made = await acting();
  const { id, denied, read, responses, restrictions, agents, clock, tick } = made;
  await denied(id);
  await read();
  const [response] = await responses();
  const ordered = { response: response?.id ?? '', at: clock.now(), until: clock.now() + DAY, owner: 'acc_owner' };
  tick(10);
  const liftedAt = clock.now();
  await agents.endRestriction(id, ordered, OPERATOR);
  tick(10);
  await denied(id, 1);
  await read();
  // What it did before the lift counts no more.
  expect(await statesOf(made)).toEqual([['narrow', 'lifted']]);
  expect((await responses())[0]).toMatchObject({ liftedAt });
  expect((await responses())[0]?.past).toBeUndefined();
  tick(300);
  await denied(id);
  await read();
  expect(await statesOf(made)).toEqual([
    ['narrow', 'open'],
    ['narrow', 'lifted'],
  ]);
  expect(await restrictions()).toHaveLength(1);
});
