/** Provisioning targets and successor rules in the console: what a viewer sees of one, and what an administrator does with it. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { measureProvisioning } from '../../src/compose/provisioning-measures.ts';
import {
  type Browser,
  type Filling,
  newBrowser,
  type Page,
  type Person,
  pressOn,
  submitSignIn,
} from '../support/browser-flow.ts';
import { makeDirectory } from '../support/directory.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { agentsThere, type ProvisioningDirectory, provisioningDirectory } from '../support/provisioning-directory.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

// Two servers, on a machine that others work on.
jest.setTimeout(90_000);

const PASSWORD = 'a long enough pass phrase';
const ADMIN: Person = { username: 'ruth', password: PASSWORD };
const PLAIN: Person = { username: 'root', password: PASSWORD };
const AUDITOR: Person = { username: 'aud', password: PASSWORD };
const HOME = '/console/provisioning-targets';

let authority: LocalAuthority;
let there: ProvisioningDirectory;
let server: RunningServer;
let scene: Scene;
let proven: Browser;
let plain: Browser;
let auditor: Browser;
let id: string;
let agent: string;

const at = (path: string): string => `${server.issuer}${path}`;
const press = (browser: Browser, path: string, action: RegExp, filling?: Filling): Promise<Page> =>
  pressOn(browser, at(path), action, filling);
const shown = async () => (await scene.management.call('GET', `/provisioning-targets/${id}`)).body;
const measured = async () => {
  await measureProvisioning(server.behalf.services);
  return server.behalf.metrics.registry.metrics();
};
const settled = () =>
  until(
    async () => {
      const { waiting, backlog, comparing } = await shown();
      return waiting === 0 && backlog === 0 && comparing === false;
    },
    { what: 'a target without waiting objects', seconds: 60 },
  );

beforeAll(async () => {
  authority = await localAuthority();
  there = await provisioningDirectory(authority);
  server = await runServer({
    environment: { ...internalHosts({ provisioningTargets: there.host }), BEHALF_EGRESS_CA_FILE: authority.caFile },
  });
  scene = await makeScene(server);
  for (const [person, role] of [
    [ADMIN, 'administrator'],
    [PLAIN, 'administrator'],
    [AUDITOR, 'auditor'],
  ] as const)
    await scene.management.call('POST', '/accounts', { ...person, name: person.username, roles: [role] });
  proven = await freshFactorBrowser(server, ADMIN);
  const signedIn = async (person: Person): Promise<Browser> => {
    const browser = newBrowser(server.issuer);
    await submitSignIn(browser, await browser.open(at('/console')), person);
    return browser;
  };
  [plain, auditor] = [await signedIn(PLAIN), await signedIn(AUDITOR)];
  const owner = await scene.management.createAccount({ username: 'erin', name: 'Erin' });
  agent = (await scene.newAgent('Invoice Bot', owner.id)).clientId;
});

afterAll(async () => {
  await server?.close();
  await there?.close();
  await authority?.remove();
});

test('a person without a role sees no targets and no rules, and an auditor adds none', async () => {
  const browser = newBrowser(server.issuer);
  await submitSignIn(browser, await browser.open(at('/console')), scene.person);
  for (const path of [HOME, '/console/successor-rules']) {
    expect((await browser.open(at(path))).status).toBe(403);
    expect((await auditor.open(at(path))).status).toBe(200);
    expect((await auditor.open(at(`${path}/new`))).status).toBe(403);
  }
});

test('an administrator with a fresh second factor adds a target, and no page shows its token (MG-03)', async () => {
  const values = { name: 'Company directory', url: there.url, token: there.token, agents: 'erin' };
  const refused = await plain.open(at(`${HOME}/new`));
  expect(refused.status === 403 || refused.url !== at(`${HOME}/new`)).toBe(true);

  const form = await proven.open(at(`${HOME}/new`));
  expect(form.status).toBe(200);
  const wrong = await press(proven, `${HOME}/new`, /provisioning-targets$/, { set: { ...values, url: 'http://x' } });
  expect([wrong.status, wrong.html.includes(there.token)]).toEqual([400, false]);
  const added = await press(proven, `${HOME}/new`, /provisioning-targets$/, { set: values });

  id = /ptg_[a-z2-7]+/.exec(added.url)?.[0] ?? '';
  expect([added.status, added.url]).toEqual([200, at(`${HOME}/${id}?done=targetAdded`)]);
  await settled();
  const page = await auditor.open(at(`${HOME}/${id}`));
  for (const said of ['Company directory', 'Erin', 'the username', 'Acknowledged changes']) {
    expect(page.text).toContain(said);
  }
  const edit = await proven.open(at(`${HOME}/${id}/edit`));
  for (const { html } of [added, page, edit, await auditor.open(at(HOME))]) expect(html).not.toContain(there.token);
  expect(page.forms.filter(({ action }) => action.includes(HOME))).toEqual([]);
  expect((await agentsThere(there)).get(agent)).toHaveLength(1);
});

test('another URL needs the token in the same change: the present one goes to no other host (MG-03)', async () => {
  const before = await shown();
  const moved = await press(proven, `${HOME}/${id}/edit`, /edit$/, { set: { url: 'https://evil.example.com/scim' } });
  expect([moved.status, moved.text]).toEqual([400, expect.stringContaining('Another URL needs its token')]);
  expect((await shown())['url']).toBe(before['url']);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });

  const renamed = await press(proven, `${HOME}/${id}/edit`, /edit$/, {
    set: { name: 'Our directory', removal: 'delete' },
  });
  expect(renamed.url).toBe(at(`${HOME}/${id}?done=changed`));
  expect(await shown()).toMatchObject({ name: 'Our directory', removal: 'delete', agents: before['agents'] });
  await settled();
});

test('a comparison shows what differs and changes nothing, until the differences are pushed', async () => {
  const [resource] = (await agentsThere(there)).get(agent) ?? [];
  await there.directory.patchAgent(String(resource?.['id']), { op: 'replace', path: 'displayName', value: 'Strange' });

  const report = await press(proven, `${HOME}/${id}`, /reconcile$/);
  expect(report.text).toContain('Invoice Bot');
  expect(report.html).toContain('<code>displayName</code>');
  expect((await agentsThere(there)).get(agent)?.[0]).toMatchObject({ displayName: 'Strange' });

  const apply = report.forms.find(({ action }) => action.endsWith('/apply'));
  if (!apply) throw new Error('nothing pushes the differences');
  const pushed = await proven.submit(report, apply);
  expect(pushed.url).toBe(at(`${HOME}/${id}?done=targetReconciled`));
  expect((await server.events('provisioning_target.reconciled')).at(-1)).toMatchObject({ inputs: { objects: 1 } });
  await settled();
  expect((await agentsThere(there)).get(agent)?.[0]).toMatchObject({ displayName: 'Invoice Bot' });
  const same = await press(proven, `${HOME}/${id}`, /reconcile$/);
  expect(same.text).toContain('The target has what it shall have.');
});

test('a test says whether the target answers, and a failure says what to do', async () => {
  expect((await press(proven, `${HOME}/${id}`, /test$/)).url).toBe(at(`${HOME}/${id}?done=targetTested`));
  there.disturb(() => ({ status: 401 }));
  try {
    const failed = await press(proven, `${HOME}/${id}`, /test$/);
    expect(failed.text).toContain('Enter a token that the target accepts.');
  } finally {
    there.disturb(undefined);
  }
});

test('a target is paused and resumed, and metrics count it by state', async () => {
  expect((await press(proven, `${HOME}/${id}`, /pause$/)).url).toBe(at(`${HOME}/${id}?done=targetPaused`));
  const paused = await measured();
  expect(paused).toContain('behalf_provisioning_targets{state="paused"} 1');
  expect(paused).toContain(`behalf_provisioning_target_waiting_objects{target="${id}"} 0`);
  expect((await press(proven, `${HOME}/${id}`, /resume$/)).url).toBe(at(`${HOME}/${id}?done=targetResumed`));
  const active = await measured();
  expect(active).toContain('behalf_provisioning_targets{state="active"} 1');
  expect(active).toMatch(new RegExp(`behalf_provisioning_target_pushed_objects\\{target="${id}"\\} [1-9]`));
});

test('short access tokens take the place of a token, which takes theirs again when their section is emptied', async () => {
  const edit = (filling: Filling): Promise<Page> => press(proven, `${HOME}/${id}/edit`, /edit$/, filling);
  const short = await edit({
    set: {
      ...{ token_endpoint: 'https://sts.example.invalid/token', token_client_id: 'behalf', token_scope: 'scim' },
      ...{ token_client_authentication: 'yes', token_client_secret: 's3cret-of-the-client' },
    },
  });
  expect([short.status, await shown()]).toEqual([
    200,
    expect.objectContaining({ token_client_id: 'behalf', token_client_authentication: 'client_secret_basic' }),
  ]);
  // A scope that is typed without an endpoint is no remainder.
  const emptied = { token: there.token, token_endpoint: '', token_client_id: '' };
  const check = (name: string) => (name === 'token_client_authentication' ? false : undefined);
  const halved = await edit({ set: { ...emptied, token_scope: 'other' }, check });
  expect(halved.status).toBe(400);
  const back = await edit({ set: { ...emptied, token_scope: '' }, check });
  expect([back.status, back.url]).toEqual([200, at(`${HOME}/${id}?done=changed`)]);
  for (const member of ['token_endpoint', 'token_client_id', 'token_scope']) {
    expect(await shown()).not.toHaveProperty(member);
  }
});

test('a target is deleted by its name, and its gauges end', async () => {
  const wrong = await press(proven, `${HOME}/${id}/delete`, /delete$/, { set: { confirm: 'Another' } });
  expect([wrong.status, (await shown())['id']]).toEqual([400, id]);
  const gone = await press(proven, `${HOME}/${id}/delete`, /delete$/, { set: { confirm: 'Our directory' } });
  expect(gone.url).toBe(at(`${HOME}?done=deleted`));
  expect((await scene.management.call('GET', `/provisioning-targets/${id}`)).status).toBe(404);
  expect(await measured()).not.toContain(`target="${id}"`);
});

test('an administrator names the blueprint of a directory, and takes it away', async () => {
  const directory = await makeDirectory(scene, { name: 'Head office' });
  const blueprint = await scene.management.createBlueprint({ name: 'Small agents', purpose: 'Read', ceilings: {} });
  const path = `/console/directories/${directory.id}/edit`;
  const read = async () => (await scene.management.call('GET', `/directories/${directory.id}`)).body;

  const set = { agent_blueprint: blueprint.id, groups: 'Staff = planners' };
  expect((await press(proven, path, /edit$/, { set })).url).toContain('?done=changed');
  expect(await read()).toMatchObject({ agent_blueprint: blueprint.id, groups: { Staff: 'planners' } });
  expect((await auditor.open(at(`/console/directories/${directory.id}`))).text).toContain('Small agents');

  await press(proven, path, /edit$/, { set: { agent_blueprint: '' } });
  expect(await read()).not.toHaveProperty('agent_blueprint');
  expect((await auditor.open(at(path))).status).toBe(403);
});

test('an administrator makes, changes and deletes a successor rule', async () => {
  const home = '/console/successor-rules';
  const members = [
    scene.accountId,
    String((await scene.management.createAccount({ username: 'gus', name: 'Gus' })).id),
  ];
  const group = (await scene.management.call('POST', '/groups', { name: 'platform', members })).body['id'];
  const none = await press(proven, `${home}/new`, /successor-rules$/, { set: { group: 'no such group' } });
  expect([none.status, (await server.events('successor_rule.created')).length]).toEqual([400, 0]);

  const made = await press(proven, `${home}/new`, /successor-rules$/, { set: { group: 'platform' } });
  const rule = /suc_[a-z2-7]+/.exec(made.url)?.[0] ?? '';
  expect(made.url).toBe(at(`${home}/${rule}?done=created`));
  const read = async () => (await scene.management.call('GET', `/successor-rules/${rule}`)).body;
  expect(await read()).toMatchObject({ applies_to: '*', manager: true, group, accept_within: 604_800 });
  expect((await auditor.open(at(home))).text).toMatch(/Every owner\s+The manager\s+then platform/);

  await press(proven, `${home}/${rule}/edit`, /edit$/, { set: { applies_to: 'platform' } });
  expect(await read()).toMatchObject({ applies_to: group, manager: true, group });

  const { id: directory } = await makeDirectory(scene, { name: 'Branch' });
  await press(proven, `${home}/${rule}/edit`, /edit$/, { set: { applies_to: 'branch' } });
  expect(await read()).toMatchObject({ applies_to: directory });
  // The form shows the name again, and a form sent as it is changes nothing.
  const form = await proven.open(at(`${home}/${rule}/edit`));
  expect(form.html).toMatch(/name="applies_to"[^>]*value="Branch"|value="Branch"[^>]*name="applies_to"/);
  await press(proven, `${home}/${rule}/edit`, /edit$/);
  expect(await read()).toMatchObject({ applies_to: directory, group });
  const other = await makeDirectory(scene, { name: 'Platform' });
  const both = await press(proven, `${home}/${rule}/edit`, /edit$/, { set: { applies_to: 'platform' } });
  expect([both.status, both.text]).toEqual([400, expect.stringContaining(other.id)]);
  expect(both.text).toContain(String(group));
  expect(await read()).toMatchObject({ applies_to: directory });

  const gone = await press(proven, `${home}/${rule}/delete`, /delete$/);
  expect(gone.url).toBe(at(`${home}?done=deleted`));
  expect((await server.events('successor_rule.removed')).at(-1)).toMatchObject({ target: { id: rule } });
});
