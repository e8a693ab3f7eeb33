/** Reports on SQLite: shown as statements in the console and on the command line, known after a restart, and permitted by a form. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { credentialOf, reportOf, resultsOf, sendReports } from '../support/reports.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const ADMIN = { username: 'admin', password: 'correct horse battery staple' };

let server: RunningServer;
let scene: Scene;
let one: ReturnType<typeof reportOf>;

const behalf = (...argv: readonly string[]) => cliHere(argv, { BEHALF_DATA: server.dataFolder });
const send = async (report: object) =>
  resultsOf(await sendReports(server.issuer, credentialOf(scene.jwt), JSON.stringify({ reports: [report] })));

beforeAll(async () => {
  server = await runServer({ stores: 'sqlite' });
  scene = await makeScene(server);
  const permitted = await behalf('resource-servers', 'update', scene.jwt.id, '--permission', 'reports:write');
  expect(permitted).toMatchObject({ code: 0 });
  const asked = { grant_type: 'client_credentials', resource: scene.jwt.identifier, scope: 'read' };
  const { body } = await scene.calls.token(scene.keyed(scene.agent), asked);
  one = reportOf(String(body['access_token']), {
    tool: 'calendar.<b>move</b>',
    outcome: 'failed',
    resource: 'events/42',
  });
  expect(await send(one)).toEqual([{ id: one.id, status: 'recorded' }]);
}, 60_000);
afterAll(() => server?.close());

const signedIn = async () => {
  const browser = newBrowser(server.issuer);
  await submitSignIn(browser, await browser.open(`${server.issuer}/console`), ADMIN);
  return browser;
};

test('the console shows a report as stated by its resource server, with the tool and the outcome', async () => {
  const browser = await signedIn();
  const page = await browser.open(`${server.issuer}/console/audit?type=report.stated`);
  expect(page.text).toMatch(/A resource server stated what it did calendar\.<b>move<\/b>: failed/);
  expect(page.text).toContain('stated by The calendar service');
  expect(page.html).toContain('calendar.&lt;b&gt;move&lt;/b&gt;: failed');
  const german = await browser.open(`${server.issuer}/console/audit?type=report.stated&lang=de`);
  expect(german.status).toBe(200);
});

test('the page of the transaction, and of the agent, say what the resource server states', async () => {
  const browser = await signedIn();
  const [event] = await server.events('report.stated');
  const transaction = await browser.open(`${server.issuer}/console/transactions/${event?.txn}`);
  expect(transaction.text).toMatch(/stated what it did calendar\.<b>move<\/b>: failed stated by The calendar service/);
  const agent = await browser.open(`${server.issuer}/console/agents/${scene.agent.clientId}`);
  expect(agent.text).toContain('calendar.<b>move</b>: failed');
  expect(agent.html).not.toContain('events/42');
});

test('the command line shows what the resource server states', async () => {
  const { out, code } = await behalf('audit', 'list', '--token', one.jti, '--type', 'report.stated');
  expect(code).toBe(0);
  expect(out).toMatch(/report\.stated +done +The calendar service .*states calendar\.<b>move<\/b>: failed/);
});

test('an auditor can erase the object that a report names, and the log still verifies', async () => {
  const { items } = (await scene.management.call('GET', '/audit/events?type=report.stated')).body as unknown as {
    readonly items: readonly { readonly id: string; readonly event: { readonly personal?: object } }[];
  };
  expect(items[0]?.event.personal).toEqual({ reported: 'events/42' });
  const erased = await scene.management.call('POST', '/audit/erasures', { event: items[0]?.id, value: 'reported' });
  expect(erased.status).toBe(204);
  const after = await scene.management.call('GET', `/audit/events/${items[0]?.id}`);
  expect(after.body).toMatchObject({ erased: ['reported'] });
  expect(after.body).not.toHaveProperty('mismatches');
});

test('a form of the console permits reports, and takes the permission away', async () => {
  const browser = await signedIn();
  const href = `${server.issuer}/console/resource-servers/${scene.opaque.id}`;
  const choose = async (isPermitted: boolean) => {
    const page = await browser.open(`${href}/edit`);
    const form = page.forms.find(({ action }) => action.endsWith('/edit'));
    if (!form) throw new Error(page.text);
    await browser.submit(page, form, {
      check: (name, value) => (name === 'permissions' ? isPermitted && value === 'reports:write' : undefined),
    });
    return (await browser.open(href)).text;
  };
  expect((await browser.open(href)).text).toContain('Reports what it did not permitted');
  expect(await choose(true)).toContain('Reports what it did permitted');
  expect((await scene.management.call('GET', `/resource-servers/${scene.opaque.id}`)).body['permissions']).toEqual([
    'reports:write',
  ]);
  expect(await choose(false)).toContain('Reports what it did not permitted');
});

test('a report is known after a restart', async () => {
  const { dataFolder, port } = server;
  await server.close({ keepData: true });
  server = await runServer({ stores: 'sqlite', after: { dataFolder, port } });
  expect(await send(one)).toEqual([{ id: one.id, status: 'known' }]);
});
