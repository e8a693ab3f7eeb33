/** Policies on pages: who reads, who drafts, who makes them count; a decision tried, and the past replayed. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { policyTextsInLine } from '../../src/domain/ports/policy-engine.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import {
  type Browser,
  type Filling,
  newBrowser,
  type Page,
  type Person,
  submitSignIn,
} from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const ADMIN: Person = { username: 'admin', password: 'correct horse battery staple' };

let server: RunningServer;
let scene: Scene;
let admin: Browser;
let operator: Browser;
let auditor: Browser;
let ada: Browser;
const at = (path: string): string => `${server.issuer}${path}`;

const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  await submitSignIn(browser, await browser.open(at('/console')), person);
  return browser;
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  for (const role of ['operator', 'auditor']) {
    const account = { username: role, name: `The ${role}`, password: PASSWORD, roles: [role] };
    await scene.management.createAccount(account);
  }
  admin = await signedIn(ADMIN);
  operator = await signedIn({ username: 'operator', password: PASSWORD });
  auditor = await signedIn({ username: 'auditor', password: PASSWORD });
  ada = await signedIn(scene.person);
}, 60_000);
afterAll(() => server?.close());

const send = async (browser: Browser, page: Page, action: RegExp, filling: Filling = {}): Promise<Page> => {
  const form = page.forms.find((one) => action.test(one.action));
  if (!form) throw new Error(`no form ${action} on ${page.url}: ${page.forms.map((one) => one.action)}`);
  return browser.submit(page, form, filling);
};
const statusAt = async (browser: Browser, path: string): Promise<number> => (await browser.request(at(path))).status;
const starter = async (): Promise<string> =>
  String((await scene.management.call('GET', '/policy/schema')).body['starter']);
const strict = async (): Promise<string> =>
  `${await starter()}
@id("no-write")
@reason("Nothing is written.")
forbid (principal is Agent, action == Action::"act", resource) when { resource.name == "write" };
`;
const active = async (): Promise<unknown> =>
  (await scene.management.call('GET', '/policy-sets/active')).body['version'];
const draft = async (
  browser: Browser,
  button: 'Check' | 'Save the draft',
  set: Readonly<Record<string, string>>,
  from = '/console/policy/new',
): Promise<Page> =>
  send(browser, await browser.open(at(from)), /policy\/(?:new|versions\/\d+\/edit)$/, {
    set,
    button: new RegExp(button),
  });
const words = ({ text }: Page): string => text;

describe('who gets in', () => {
  test.each(['', '/try', '/try/use', '/replay', '/versions/1'])(
    'auditors read /console/policy%s, people without a role do not',
    async (path) => {
      expect(await statusAt(auditor, `/console/policy${path}`)).toBe(200);
      expect(await statusAt(ada, `/console/policy${path}`)).toBe(403);
      expect((await newBrowser(server.issuer).request(at(`/console/policy${path}`))).status).toBe(303);
    },
  );

  test('only who may read them is shown where they are', async () => {
    expect((await auditor.open(at('/console'))).html).toContain('/console/policy"');
    expect((await ada.open(at('/console'))).html).not.toContain('/console/policy"');
  });

  test('an auditor finds nothing to press, and is refused where they guess', async () => {
    for (const path of ['', '/versions/1']) {
      const page = await auditor.open(at(`/console/policy${path}`));
      expect(page.html).not.toMatch(/policy\/new|\/edit"|\/activate"/);
    }
    expect(await statusAt(auditor, '/console/policy/new')).toBe(403);
    const csrf = (await auditor.open(at('/console/policy/replay'))).forms
      .flatMap(({ fields }) => fields)
      .find(({ name }) => name === 'csrf');
    const body = new URLSearchParams({ csrf: csrf?.value ?? '', text: await strict(), do: 'save' });
    expect((await auditor.request(at('/console/policy/new'), { method: 'POST', body })).status).toBe(403);
    expect((await scene.management.call('GET', '/policy-sets')).body['items']).toHaveLength(1);
  });

  test('WB-02 a form without its token is refused', async () => {
    for (const path of ['new', 'replay', 'versions/1/activate', 'versions/1/edit']) {
      const body = new URLSearchParams({ csrf: 'x', text: '', do: 'save' });
      expect((await admin.request(at(`/console/policy/${path}`), { method: 'POST', body })).status).toBe(403);
    }
  });
});

describe('drafting and making it count', () => {
  test('a check names the line and keeps what was typed; nothing is stored', async () => {
    const wrong = (await strict()).replace('resource.name ==', 'resource.nam ==');
    const page = await draft(operator, 'Check', { text: wrong, note: 'No writing' });
    expect([page.status, words(page)]).toEqual([
      200,
      expect.stringMatching(/One error .* Line \d+ .*no-write.*resource\.nam == /),
    ]);
    // The finding leads to its line, which is marked in the listing.
    const line = wrong.split('\n').findIndex((one) => one.includes('resource.nam ==')) + 1;
    expect(page.html).toContain(`<a href="#line-${line}">Line ${line}</a>`);
    expect(page.html).toContain(`<li class="numbered error" id="line-${line}">`);
    expect(page.forms.flatMap(({ fields }) => fields).find(({ name }) => name === 'note')?.value).toBe('No writing');
    const saved = await draft(operator, 'Save the draft', { text: wrong, note: 'No writing' });
    expect([saved.status, words(saved)]).toEqual([400, expect.stringContaining('Nothing was saved')]);
    expect((await scene.management.call('GET', '/policy-sets')).body['items']).toHaveLength(1);
  });

  test('where too many texts are being checked, the form keeps what was typed, and nothing is stored', async () => {
    const { policies } = server.behalf.services;
    const { check, create } = policies;
    const inLine = () => Promise.reject(policyTextsInLine());
    const text = await strict();
    Object.assign(policies, { check: inLine, create: inLine });
    const before = (await server.events('request.refused')).length;
    const page = await draft(operator, 'Save the draft', { text, note: 'No writing' }).finally(() =>
      Object.assign(policies, { check, create }),
    );
    expect([page.status, words(page)]).toEqual([503, expect.stringContaining('Too many policies are being checked')]);
    const typed = page.forms.flatMap(({ fields }) => fields);
    expect(typed.find(({ name }) => name === 'note')?.value).toBe('No writing');
    expect(page.html).toContain('@reason(&quot;Nothing is written.&quot;)');
    expect((await server.events('request.refused')).slice(before)).toMatchObject([{ error: 'unavailable' }]);
    expect((await scene.management.call('GET', '/policy-sets')).body['items']).toHaveLength(1);
  });

  test('an operator drafts and rewrites, an administrator makes it count and rolls back', async () => {
    const made = await draft(operator, 'Save the draft', { text: await strict(), note: 'No writing' });
    expect(made.url).toBe(at('/console/policy/versions/2?done=drafted'));
    const overview = words(await operator.open(at('/console/policy')));
    expect(overview).toContain('the server activated it at its first start.');
    expect(overview).toContain('Version 2 is a draft and not active yet.');
    expect(words(made)).toContain('+ Added: @id("no-write")');
    const edited = await draft(
      operator,
      'Save the draft',
      { text: `${await strict()}// end\n` },
      '/console/policy/versions/2/edit',
    );
    expect(edited.url).toBe(at('/console/policy/versions/2?done=drafted'));
    expect(await statusAt(operator, '/console/policy/versions/2/activate')).toBe(403);
    expect(await active()).toBe(1);

    const asked = await admin.open(at('/console/policy/versions/2/activate'));
    const done = await send(admin, asked, /activate$/);
    expect([done.status, words(done)]).toEqual([200, expect.stringContaining('Version 2 is active')]);
    expect(await active()).toBe(2);
    // The page that asked is of before: it does not activate what was not looked at.
    expect((await send(admin, asked, /activate$/)).status).toBe(412);
    await send(admin, await admin.open(at('/console/policy/versions/1/activate')), /activate$/);
    expect(await active()).toBe(1);
    const again = words(await operator.open(at('/console/policy')));
    expect(again).toMatch(/Since .+, activated by /);
    expect(again).not.toContain('not active yet');
    const events = (await server.events('policy.activated')).map(({ caller, inputs }) => [
      caller?.slice(0, 4),
      inputs?.['version'],
    ]);
    expect(events.slice(-2)).toEqual([
      ['acc_', 2],
      ['acc_', 1],
    ]);
    expect((await draft(operator, 'Save the draft', { text: await strict() }, '/console/policy/new')).url).toContain(
      '/versions/3',
    );
  });

  test('a long text fits, and one that is too long is refused', async () => {
    const policies = Array.from(
      { length: 600 },
      (_, n) =>
        `@id("p${n}")\npermit (principal, action, resource) when { context.depth < 5 };\n// ${'ü'.repeat(200)}\n`,
    );
    expect((await draft(operator, 'Check', { text: policies.join('') })).status).toBe(200);
    expect((await draft(operator, 'Check', { text: 'x'.repeat(2_200_000) })).status).toBe(400);
  });

  test('what is not there is not found', async () => {
    for (const path of ['99', '0', 'x', '99/edit', '99/activate', '2?against=99']) {
      expect([path, await statusAt(admin, `/console/policy/versions/${path}`)]).toEqual([
        path,
        path.startsWith('2') ? 200 : 404,
      ]);
    }
  });
});

describe('trying and replaying', () => {
  const tried = (more: object = {}) =>
    auditor.open(
      at(
        `/console/policy/try?${new URLSearchParams({ agent: scene.agent.clientId, person: 'ada', resource: scene.jwt.identifier, ...more })}`,
      ),
    );

  test('a decision is shown layer by layer, with what would have to change', async () => {
    const page = await tried({ scope: 'read write reed' });
    expect(page.status).toBe(200);
    expect(words(page)).toMatch(
      /No: Ada has not consented to .* Secretary for Ada at The calendar service Simulate as if consented Further reasons The calendar service has no scope reed Open the API .*Resource server takes away a part read write stopped: reed .*Consent of the person stops here stopped: read stopped: write/,
    );
    expect(words(page)).toContain('The person consents');
    const assumed = await tried({ scope: 'read write', consent: 'yes', policy: '2' });
    expect(words(assumed)).toMatch(
      /Only in part: .* Secretary for Ada .*Policies takes away a part read stopped: write .*Nothing is written\./,
    );
    expect(words(await tried({ scope: 'read', consent: 'yes' }))).toMatch(
      / Yes(?:, for at most [^ ]+ \w+)? Secretary for Ada/,
    );
  });

  test('agents and people are found by name; a name of several is refused with their ids', async () => {
    const named = await tried({ agent: 'secretary', person: 'Ada', scope: 'read' });
    expect([named.status, words(named)]).toEqual([200, expect.stringContaining('Secretary for Ada at')]);
    const body = { purpose: 'x', environment: 'test', owner: scene.accountId };
    for (const _ of ['one', 'two']) {
      const keys = { jwks: { keys: [(await newKeyPair()).publicJwk] } };
      expect((await scene.management.call('POST', '/agents', { name: 'Twin', ...body, ...keys })).status).toBe(201);
    }
    const before = (await server.events('request.refused')).length;
    const twins = await tried({ agent: 'twin' });
    expect([twins.status, twins.html]).toEqual([
      400,
      expect.stringMatching(
        /class="error"[^>]*>Several have this name: agt_\w+ \(\w+\), agt_\w+ \(\w+\)\. Give the id\./,
      ),
    ]);
    expect((await server.events('request.refused')).slice(before)).toMatchObject([{ error: 'invalid_field' }]);
  });

  test('what policies allow once the person consents is not shown as a denial of policies', async () => {
    const { html } = await tried({ scope: 'write' });
    expect(html).toContain('allowed after consent');
    expect(html).not.toContain('No policy permits it.');
  });

  test.each([
    [{ agent: 'agt_nobody' }, 'no such agent'],
    [{ person: 'unknown' }, 'no such account'],
    [{ policy: '99' }, 'no such version'],
    [{ policy: '../../x' }, 'not valid'],
  ])('says at its field what is not there: %j', async (wrong, text) => {
    const before = (await server.events('request.refused')).length;
    const page = await tried(wrong);
    const [event, ...others] = (await server.events('request.refused')).slice(before);
    expect(event).toMatchObject({ outcome: 'refused', error: 'invalid_field', caller: expect.stringMatching(/^acc_/) });
    expect(others).toEqual([]);
    expect([page.status, page.html]).toEqual([
      400,
      expect.stringMatching(new RegExp(`class="error"[^>]*>[^<]*${text}`)),
    ]);
  });

  const triedUse = (query: Readonly<Record<string, string>>) =>
    auditor.open(at(`/console/policy/try/use?${new URLSearchParams(query)}`));

  test('who may register and who may call what is tried by forms, with role and policies as layers', async () => {
    const empty = await triedUse({ form: 'register' });
    expect([empty.status, words(empty)]).toEqual([200, expect.stringContaining('Simulate the use of this server')]);
    const registering = empty.forms.find(({ fields }) =>
      fields.some(({ name, value }) => name === 'ask' && value === 'register'),
    );
    if (!registering) throw new Error('no form');
    const yes = await auditor.submit(empty, registering, { set: { who: 'ada', owner: 'ada' } });
    expect(words(yes)).toMatch(
      /Yes Ada: register .*Roles lets all through without a role only for what is its own .*Policies lets all through/,
    );
    const no = await triedUse({ ask: 'administer', caller: 'ada', operation: 'rotateKeys' });
    expect(words(no)).toMatch(
      /No Ada: rotateKeys .*Roles stops here .*Policies is not reached .*Give acc_\w+ the role administrator\./,
    );
    const own = { ask: 'administer', caller: 'ada', operation: 'suspendAgent' };
    const byId = await triedUse({ ...own, target: scene.agent.clientId });
    expect(words(await triedUse({ ...own, target: 'Secretary' })).replaceAll('Secretary', scene.agent.clientId)).toBe(
      words(byId),
    );
    const unknown = await triedUse({ ...own, target: 'Nothing so far' });
    expect([unknown.status, unknown.text]).toEqual([400, expect.stringContaining('with the name Nothing so far')]);
    const unowned = await triedUse({ ask: 'register', way: 'open', kind: 'client', credential: '' });
    expect(words(unowned)).toMatch(
      /Yes No signed-in user: register .*Roles does not apply the caller does not use a role/,
    );
  });

  test('names a suspended agent, with a link to the page that resumes it', async () => {
    const { clientId } = await scene.newAgent('Doorkeeper');
    expect((await scene.management.call('POST', `/agents/${clientId}/suspend`)).status).toBe(200);
    const query = new URLSearchParams({ agent: 'Doorkeeper', resource: scene.jwt.identifier, policy: 'active' });
    const page = await auditor.open(at(`/console/policy/try?${query}`));
    expect(words(page)).toContain('No: Doorkeeper is suspended, so the server refuses all its requests');
    expect(page.html).toContain(`href="/console/agents/${clientId}"`);
  });

  test('who may approve what an agent asks is simulated by a form, too', async () => {
    const empty = await triedUse({});
    const form = empty.forms.find(({ fields }) =>
      fields.some(({ name, value }) => name === 'ask' && value === 'approve'),
    );
    if (!form) throw new Error('no form');
    const set = { yes: 'ada', agent: scene.agent.clientId, resource: scene.jwt.identifier, scope: 'read  write' };
    const yes = await auditor.submit(empty, form, { set });
    expect(words(yes)).toMatch(
      /Yes Ada: read write .*Roles does not apply an approver approves .*Policies lets all through/,
    );
    // What was tried stands in the form.
    const again = yes.forms.find(({ fields }) =>
      fields.some(({ name, value }) => name === 'ask' && value === 'approve'),
    );
    expect(again?.fields).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'scope', value: 'read  write' })]),
    );
  });

  test('without an approver the form lists all who could approve, with the reason; every field takes names', async () => {
    const asked = { ask: 'approve', agent: 'Secretary', resource: scene.jwt.identifier, scope: 'write' };
    const listed = await triedUse({ ...asked, subject: 'Ada' });
    expect([listed.status, words(listed)]).toEqual([
      200,
      expect.stringMatching(
        /One person can approve this The person on whose behalf the agent acts must approve it\..*Ada Can approve The agent acts on their behalf/,
      ),
    ]);
    expect(words(await triedUse({ ...asked, yes: 'Ada' }))).toMatch(/Yes Ada: write/);
    expect(words(await triedUse({ ask: 'administer', caller: 'The operator', operation: 'suspendAgent' }))).toContain(
      'The operator: suspendAgent',
    );
  });

  test.each([
    [{ ask: 'approve', yes: 'unknown', scope: 'read' }, 'no such account'],
    [{ ask: 'approve', yes: 'ada', agent: 'agt_nobody', scope: 'read' }, 'no such agent'],
    [{ ask: 'approve', scope: 'read' }, 'Name the person on whose behalf'],
    [{ ask: 'approve', subject: 'unknown', scope: 'read' }, 'no such account'],
    [{ ask: 'approve', subject: 'ada', agent: 'agt_nobody', scope: 'read' }, 'no such agent'],
    [{ ask: 'approve', yes: 'ada', scope: 'nothing' }, 'does not declare this scope'],
    [{ ask: 'approve', yes: 'ada', scope: 'read', for: 'unknown' }, 'no such account'],
    [{ ask: 'approve', yes: 'ada', scope: 'read', sets: '99' }, 'no such version'],
  ])('says at its field what is wrong with %j', async (query, text) => {
    const resource = scene.jwt.identifier;
    const page = await triedUse({ resource, agent: scene.agent.clientId, ...query } as Record<string, string>);
    expect([page.status, page.html]).toEqual([
      400,
      expect.stringMatching(new RegExp(`class="error"[^>]*>[^<]*${text}`)),
    ]);
  });

  test.each([
    [{ ask: 'register', who: 'unknown' }, 'no such account or client'],
    [{ ask: 'register' }, 'Name the account or client'],
    [{ ask: 'register', who: 'ada', blueprint: 'bpt_x' }, 'no such blueprint'],
    [{ ask: 'register', who: 'ada', owner: 'unknown' }, 'no active account or group'],
    [{ ask: 'administer', caller: 'ada', operation: 'createKill' }, 'Policies do not decide about this operation'],
    [{ ask: 'administer', caller: 'ada', set: '99' }, 'no such version'],
  ])('says at its field what is wrong with %j', async (query, text) => {
    const page = await triedUse(query as unknown as Record<string, string>);
    expect([page.status, page.html]).toEqual([
      400,
      expect.stringMatching(new RegExp(`class="error"[^>]*>[^<]*${text}`)),
    ]);
  });

  test('a replay says by agent and scope what would be otherwise', async () => {
    const own = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
    expect((await scene.calls.token(scene.keyed(scene.agent), own)).status).toBe(200);
    await server.settled();
    const page = await send(auditor, await auditor.open(at('/console/policy/replay?policy=2')), /replay$/);
    expect(page.status).toBe(200);
    expect(words(page)).toMatch(
      /100 % \d+ decisions read, \d+ would change .*\d+ of \d+ decisions would change .*By agent .*Secretary .*By scope .*write https:\/\/calendar/,
    );
    expect(page.html.trimEnd().endsWith('</html>')).toBe(true);
    const [event] = (await server.events('policy.replayed')).slice(-1);
    expect(event).toMatchObject({ inputs: { version: 2 }, caller: expect.stringMatching(/^acc_/) });
    const wrong = await send(auditor, await auditor.open(at('/console/policy/replay')), /replay$/, {
      set: { policy: '99' },
    });
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('no such version')]);
  });

  test('a replay of a draft leads to its activation, for a viewer who may activate', async () => {
    const before = await active();
    const saved = await draft(admin, 'Save the draft', { text: (await strict()).replace('no-write', 'not-written') });
    const version = Number(/versions\/(\d+)/.exec(saved.url)?.[1]);
    const path = `/console/policy/versions/${version}`;
    const read = await send(auditor, await auditor.open(at(path)), /replay$/);
    expect([read.status, read.text]).toEqual([200, expect.not.stringContaining('Activate version')]);
    const replayed = await send(admin, await admin.open(at(path)), /replay$/);
    expect(replayed.text).toContain(`Activate version ${version}`);
    const done = await send(admin, replayed, /activate$/);
    expect([done.status, await active()]).toEqual([200, version]);
    const events = await server.events('policy.activated');
    expect(events.at(-1)).toMatchObject({ outcome: 'done', inputs: { version, replaces: before } });
    expect((await send(admin, replayed, /activate$/)).status).toBe(412);
  });

  test('an audit log that cannot be read any further is reported on the page, and another replay can begin', async () => {
    const { audit } = server.behalf.services;
    const { list } = audit;
    Object.assign(audit, { list: () => Promise.reject(new Error('the disk is gone')) });
    const start = async () => send(auditor, await auditor.open(at('/console/policy/replay')), /replay$/);
    const broken = await start();
    Object.assign(audit, { list });
    expect([broken.status, words(broken)]).toEqual([
      200,
      expect.stringContaining('Not done. Reading the audit log broke off'),
    ]);
    expect(broken.html.trimEnd().endsWith('</html>')).toBe(true);
    expect(words(await start())).toContain('decisions would change');
  });
});
