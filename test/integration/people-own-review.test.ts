/** Once a quarter the account page asks about what agents hold and do not use: the person keeps, narrows or ends it. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { personAt, withHop } from '../support/account-browser.ts';
import { CALENDAR, composePeoplePages, type PeoplePages } from '../support/composed-people-pages.ts';
import { formsOf, textOf } from '../support/html-forms.ts';

const DAY = 86_400;
const ASKS = 'Is this still right?';

let world: PeoplePages;
let delegation: string;

const used = (id: string, scopeGiven: readonly string[]) =>
  world.audit.append({
    type: 'token.issued',
    outcome: 'granted',
    delegation: id,
    scopeGiven,
    caller: world.planner.id,
  });
/** The section of the question, as text; empty without one. */
const asked = async (id = world.ada.id): Promise<string> => {
  const text = textOf((await personAt(world, id).get('/account')).text);
  const from = text.indexOf(ASKS);
  return from < 0 ? '' : text.slice(from, text.indexOf('Agents that act for me'));
};
const actions = async (): Promise<readonly string[]> =>
  formsOf((await personAt(world).get('/account')).text)
    .map(({ action }) => action)
    .filter((action) => action.startsWith(`/account/delegations/${delegation}/`));

beforeEach(async () => {
  world = await composePeoplePages();
  // The server has watched uses from the beginning.
  await world.scopeUses.flush();
  const made = await world.delegations.recordConsent({
    ...{ subject: world.ada.id, actor: world.planner.id, resource: CALENDAR, asked: ['read', 'write'] },
    ...{ scope: ['read', 'write'], by: world.ada.id, expiresAt: world.clock.now() + 400 * DAY },
    delegableTo: { agents: [world.booker.id], depth: 1 },
  });
  delegation = made?.id ?? '';
  world.audit.events.length = 0;
});

describe('the question', () => {
  test('comes after 90 days without use, with what was not used, and not before', async () => {
    world.clock.move(90 * DAY - 1);
    expect(await asked()).toBe('');
    world.clock.move(1);
    const text = await asked();
    for (const shown of ['Planner', 'Calendar', 'Never used.', 'Change your calendar']) expect(text).toContain(shown);
    expect(await asked(world.bob.id)).toBe('');
  });

  test('names only the scopes that no token carried, and offers to remove those', async () => {
    world.clock.move(100 * DAY);
    await used(delegation, ['read']);
    const text = await asked();
    expect([text.includes('Change your calendar'), text.includes('Read your calendar')]).toEqual([true, false]);
    const form = formsOf((await personAt(world).get('/account')).text).find(({ action }) => action.endsWith('/narrow'));
    expect(form?.fields.filter(({ name }) => name === 'scope').map(({ value }) => value)).toEqual([
      `${CALENDAR} write`,
    ]);
  });

  test('counts a scope as used that only a re-delegation used, since narrowing reaches it', async () => {
    const parent = await world.delegations.get(delegation);
    if (!parent) throw new Error('no delegation');
    const below = await world.delegations.derive({
      ...{ parent, actor: world.booker.id, resource: CALENDAR, scope: ['write'], expiresAt: parent.expiresAt },
      delegableTo: { agents: [], depth: 0 },
    });
    world.clock.move(100 * DAY);
    await used(delegation, ['read']);
    await used(below.id, ['write']);
    expect(await asked()).toBe('');
  });

  test('does not come where all is used, nor where the server has not watched for a quarter', async () => {
    world.clock.move(100 * DAY);
    await used(delegation, ['read', 'write']);
    expect(await asked()).toBe('');
    const late = await composePeoplePages();
    await withHop(late);
    late.clock.move(100 * DAY);
    await late.scopeUses.flush();
    const text = textOf((await personAt(late).get('/account')).text);
    expect(text).not.toContain(ASKS);
  });
});

describe('the answer', () => {
  test('keep: one event, and no question for a quarter', async () => {
    world.clock.move(100 * DAY);
    const ada = personAt(world);
    const path = `/account/delegations/${delegation}/keep`;
    for (let time = 0; time < 2; time += 1)
      expect((await ada.post(path, await ada.csrf())).headers['location']).toBe('/account?done=kept');
    expect(world.audit.of('delegation.kept')).toMatchObject([
      { outcome: 'done', caller: world.ada.id, subject: world.ada.id, agent: world.planner.id, delegation },
    ]);
    expect(await asked()).toBe('');
    world.clock.move(90 * DAY - 1);
    expect(await asked()).toBe('');
    world.clock.move(1);
    expect(await asked()).not.toBe('');
  });

  test('remove what is not used: it is gone with one press, and the question too', async () => {
    world.clock.move(100 * DAY);
    await used(delegation, ['read']);
    const ada = personAt(world);
    const scope = encodeURIComponent(`${CALENDAR} write`);
    const answer = await ada.post(`/account/delegations/${delegation}/narrow`, `${await ada.csrf()}&scope=${scope}`);
    expect(answer.headers['location']).toBe('/account?done=narrowed');
    expect((await world.delegations.live(delegation))?.scope).toEqual(['read']);
    expect(world.audit.of('delegation.narrowed')).toMatchObject([{ caller: world.ada.id, delegation }]);
    expect(await asked()).toBe('');
  });

  test('end: where nothing is used, the page offers no narrowing to nothing', async () => {
    world.clock.move(100 * DAY);
    const offered = await actions();
    expect(offered.filter((action) => action.endsWith('/keep'))).toHaveLength(1);
    // The list below has the form for single rights; the question has none.
    expect(offered.filter((action) => action.endsWith('/narrow'))).toHaveLength(1);
    const ada = personAt(world);
    await ada.post(`/account/delegations/${delegation}/revoke`, await ada.csrf());
    expect(await world.delegations.live(delegation)).toBeUndefined();
    expect(await asked()).toBe('');
  });

  test.each<readonly [string, () => string]>([
    ['of another person', () => delegation],
    ['that does not exist', () => 'dlg_none'],
  ])('about a delegation %s is 404, and no event', async (_, id) => {
    world.clock.move(100 * DAY);
    const bob = personAt(world, world.bob.id);
    expect((await bob.post(`/account/delegations/${id()}/keep`, await bob.csrf())).status).toBe(404);
    expect(world.audit.of('delegation.kept')).toEqual([]);
  });

  test('without the form of the session is 403, and no event', async () => {
    world.clock.move(100 * DAY);
    expect((await personAt(world).post(`/account/delegations/${delegation}/keep`, 'csrf=x')).status).toBe(403);
    expect(world.audit.of('delegation.kept')).toEqual([]);
  });
});
