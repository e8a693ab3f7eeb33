/** A person chooses of what they are notified, by kind and channel: over a real SMTP server. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ApprovalScene, approvalScene, PASSWORD } from '../support/approval-scene.ts';
import type { Browser, Page } from '../support/browser-flow.ts';
import { type MailServer, mailServer, plainOf } from '../support/mail-server.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

type Form = Page['forms'][number];

let mails: MailServer;
let server: RunningServer;
let scene: ApprovalScene;
let ada: { readonly id: string; readonly browser: Browser };
const EMAIL = 'ada.chooses@example.com';

beforeAll(async () => {
  mails = await mailServer();
  server = await runServer({ environment: { ...mails.environment } });
  scene = await approvalScene(server);
  const { id } = await scene.management.createAccount({
    ...{ username: 'chooses', name: 'Ada', password: PASSWORD },
    ...{ email: EMAIL, email_verified: true },
  });
  ada = { id, browser: await scene.browserOf('chooses') };
});
afterAll(async () => {
  await server?.close();
  await mails?.close();
});

const at = (): string => `${server.issuer}/account/notifications`;
const choiceOn = (page: Page): Form => {
  const form = page.forms.find(({ action }) => action.endsWith('/choices'));
  if (!form) throw new Error(page.text);
  return form;
};
const chosen = async () => (await server.events('notification.chosen')).filter(({ subject }) => subject === ada.id);
/** Posts what a browser would, with these values of `shown` and `on`. */
const post = async (shown: readonly string[], on: readonly string[]): Promise<Page> => {
  const page = await ada.browser.open(at());
  const form = choiceOn(page);
  const fields = [
    ...form.fields.filter(({ name }) => name === 'csrf'),
    ...shown.map((value) => ({ name: 'shown', value, type: 'hidden', isOn: true })),
    ...on.map((value) => ({ name: 'on', value, type: 'hidden', isOn: true })),
  ];
  return ada.browser.submit(page, { ...form, fields: fields as Form['fields'] });
};
const subjects = async (count: number): Promise<readonly string[]> =>
  (await mails.arrived(EMAIL, /./, count)).map((mail) => /^Subject: (.*)$/m.exec(plainOf(mail))?.[1] ?? mail.raw);

test('a kind that is turned off by mail is not mailed; the others are, and the audit log has the choice', async () => {
  const { clientId } = await scene.newAgent('Sorter', ada.id);
  const page = await post(['mail agent.suspended', 'mail agent.retired'], ['mail agent.retired']);
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('Saved.')]);
  expect(await chosen()).toMatchObject([
    { outcome: 'done', caller: ada.id, inputs: { mailOff: ['agent.suspended'], pushOff: [] } },
  ]);
  const again = await ada.browser.open(at());
  const ticked = (kind: string): boolean =>
    new RegExp(`value="mail ${kind}" aria-describedby="[^"]*" checked`).test(again.html);
  expect([ticked('agent.suspended'), ticked('agent.retired')]).toEqual([false, true]);

  await scene.management.call('POST', `/agents/${clientId}/suspend`);
  await scene.management.call('POST', `/agents/${clientId}/retire`);
  const [retired] = await mails.arrived(EMAIL, /was retired/);
  expect(retired).toBeDefined();
  expect((await subjects(1)).filter((subject) => /suspended/.test(subject))).toEqual([]);
});

test('mails about the own sign-in stay on, for any form that a browser sends', async () => {
  const before = (await chosen()).length;
  await post(['mail account.password_changed', 'mail break_glass.requested', 'mail no.such'], []);
  const events = await chosen();
  expect(events.slice(before)).toMatchObject([{ inputs: { mailOff: ['agent.suspended'], pushOff: [] } }]);
  await scene.management.call('POST', `/accounts/${ada.id}/password`, { password: `${PASSWORD} again` });
  await mails.arrived(EMAIL, /password/);
});

test('the domain refuses a kind that cannot be turned off', async () => {
  const { choices } = server.behalf.services.notifications;
  await expect(
    choices.choose(ada.id, { mail: ['account.password_changed'], push: [] }, { caller: ada.id }),
  ).rejects.toMatchObject({ code: 'invalid_field', field: '/mail' });
});
