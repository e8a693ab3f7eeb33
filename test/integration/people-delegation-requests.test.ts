/** The page behind the link of a request for a delegation. */
import { describe, expect, test } from '@jest/globals';
import { DAY, personAt } from '../support/account-browser.ts';
import { fillForm } from '../support/browser-flow.ts';
import { CALENDAR, composePeoplePages, type PeoplePages } from '../support/composed-people-pages.ts';
import { formsOf, textOf } from '../support/html-forms.ts';
import { START } from '../support/standing-clock.ts';

describe('/delegations/requests/:handle (decision D1 b)', () => {
  const pending = async (world: PeoplePages, txn = 'txn_1') => {
    const { url } = await world.requests.create({
      subject: world.ada.id,
      agent: world.planner.id,
      resource: CALENDAR,
      scope: ['read', 'write'],
      txn,
      viaClient: world.client.id,
    });
    return new URL(url).pathname;
  };
  const openForm = async (world: PeoplePages, path: string, person = personAt(world)) => {
    const page = await person.get(path);
    const form = formsOf(page.text)[0];
    if (!form) throw new Error(textOf(page.text));
    return { person, page, form };
  };

  test('opening it, signed in or not, allows nothing', async () => {
    const world = await composePeoplePages();
    const path = await pending(world);
    expect((await world.http.get(path)).status).toBe(303);
    const { page } = await openForm(world, path);
    const text = textOf(page.text);
    for (const shown of ['Planner', 'Asked through', 'Wiki', 'calendar.example.com', 'Read your calendar']) {
      expect(text).toContain(shown);
    }
    expect(world.audit.events).toEqual([]);
    expect(await world.delegations.consented(world.ada.id, world.planner.id, CALENDAR)).toBeUndefined();
  });

  test('allows what is left ticked, once', async () => {
    const world = await composePeoplePages();
    const path = await pending(world);
    const { person, form } = await openForm(world, path);
    const body = fillForm(form, {
      set: { duration: String(DAY) },
      check: (name, value) => (name === 'scope' ? value.endsWith(' read') : undefined),
      button: /allow/i,
    });
    const answers = await Promise.all([person.post(form.action, body), person.post(form.action, body)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 404]);
    expect(await world.delegations.consented(world.ada.id, world.planner.id, CALENDAR)).toMatchObject({
      scope: ['read'],
      expiresAt: START + DAY,
    });
    expect(world.audit.of('consent.granted')).toMatchObject([{ txn: 'txn_1', scopeGiven: ['read'] }]);
    expect((await person.get(path)).status).toBe(404);
  });

  test('takes the intent in words of the person; a text that no page may show is asked for again, and uses nothing up', async () => {
    const world = await composePeoplePages();
    const by = { caller: world.planner.id };
    const { document } = await world.transactions.open({ trigger: 'person', intent: 'Plan it' }, world.planner, by);
    const path = await pending(world, document.id);
    world.audit.events.length = 0;
    const { person, page, form } = await openForm(world, path);
    expect(textOf(page.text)).toContain('Plan it');
    const typing = (own_intent: string) => fillForm(form, { set: { own_intent }, button: /allow/i });
    const again = await person.post(form.action, typing('Plan\u202e one'));
    expect(again.status).toBe(400);
    expect(formsOf(again.text)[0]?.fields.find(({ name }) => name === 'own_intent')?.value).toBe('Plan\u202e one');
    expect(await world.delegations.consented(world.ada.id, world.planner.id, CALENDAR)).toBeUndefined();
    const nothing = fillForm(form, { set: { own_intent: 'Plan one' }, check: () => false, button: /allow/i });
    const unticked = await person.post(form.action, nothing);
    expect([unticked.status, unticked.text.includes('value="Plan one"')]).toEqual([400, true]);
    expect(world.audit.of('transaction.intent_typed')).toEqual([]);

    expect((await person.post(form.action, typing('Plan one'))).status).toBe(303);
    expect(world.audit.of('transaction.intent_typed')).toMatchObject([
      { outcome: 'done', txn: document.id, subject: world.ada.id, caller: world.ada.id },
    ]);
    const { intent } = (await world.transactions.live(document.id)) ?? {};
    expect(intent).toMatchObject({ text: 'Plan one', typedBy: world.ada.id, confirmedBy: [world.ada.id] });
    expect(await world.delegations.consented(world.ada.id, world.planner.id, CALENDAR)).toBeDefined();
    expect((await person.get(path)).status).toBe(404);
  });

  test('a form that cannot be taken uses nothing up', async () => {
    const world = await composePeoplePages();
    const path = await pending(world);
    const { person, form } = await openForm(world, path);
    const wider = fillForm(form, { set: { scope: `${CALENDAR} own` }, button: /allow/i });
    wider.append('scope', `${CALENDAR} own`);
    expect((await person.post(form.action, wider)).status).toBe(400);
    expect((await person.post(path, fillForm(form, { button: /allow/i }))).status).toBe(409);
    expect((await person.post(form.action, fillForm(form, { button: /deny/i }))).status).toBe(303);
    expect(world.audit.events).toMatchObject([
      {
        type: 'request.refused',
        subject: world.ada.id,
        error: 'invalid_request',
        inputs: { reason: 'invalid_request scope' },
      },
      { type: 'consent.denied', txn: 'txn_1' },
    ]);
    expect((await person.get(path)).status).toBe(404);
  });

  test('WB-11 another signed-in person gets 404, with the form of the right one too', async () => {
    const world = await composePeoplePages();
    const path = await pending(world);
    const bob = personAt(world, world.bob.id);
    expect((await bob.get(path)).status).toBe(404);
    const { form } = await openForm(world, path);
    expect((await bob.post(form.action, fillForm(form, { button: /allow/i }))).status).toBe(403);
    const token = world.masterKey.digest('csrf', 'delegation_request', 'any', 'thing');
    expect((await bob.post(path, `csrf=${token}&decision=allow`)).status).toBe(403);
    for (const none of ['none', 'x'.repeat(43), '%00', 'a%2fb']) {
      expect((await bob.get(`/delegations/requests/${none}`)).status).toBe(404);
    }
    expect(await world.delegations.consented(world.ada.id, world.planner.id, CALENDAR)).toBeUndefined();
  });
});
