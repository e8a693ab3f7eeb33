/** Many agents from a list in the console: errors by line, steps that register once, the result and its files. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { type Browser, fillForm, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { type Form, formsOf, textOf } from '../support/html-forms.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const AUDITOR: Person = { username: 'aud', password: PASSWORD };
const PATH = '/console/agents/import';

let server: RunningServer;
let scene: Scene;
let operator: Browser;
let owner: Browser;
let key: object;
/** Id of the operator. */
let olga: string;

const at = (path: string): string => `${server.issuer}${path}`;
const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  olga = (await scene.management.createAccount({ ...OPERATOR, name: 'Olga', roles: ['operator'] })).id;
  await scene.management.call('POST', '/accounts', { ...AUDITOR, name: 'Aud', roles: ['auditor'] });
  [operator, owner] = [await signedIn(OPERATOR), await signedIn(scene.person)];
  key = (await newKeyPair()).publicJwk;
}, 60_000);
afterAll(() => server?.close());

type Sent = { readonly status: number; readonly html: string; readonly text: string; readonly headers: Headers };

/** As a browser sends a form with files. */
const send = async (
  browser: Browser,
  path: string,
  fields: Iterable<[string, string]>,
  file?: string,
): Promise<Sent> => {
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  if (file !== undefined) body.append('file', new Blob([file]), 'agents.csv');
  const answer = await browser.request(at(path), { method: 'POST', body });
  const html = await answer.text();
  return { status: answer.status, html, text: textOf(html), headers: answer.headers };
};

const formIn = ({ html }: Pick<Page, 'html'>, path = PATH): Form => {
  const form = formsOf(html).find(({ action }) => action.endsWith(path));
  if (!form) throw new Error(`no form: ${textOf(html).slice(0, 400)}`);
  return form;
};

const csrfOf = async (browser: Browser): Promise<string> =>
  fillForm(formIn(await browser.open(at(PATH)))).get('csrf') ?? '';

const previewOf = async (browser: Browser, list: string): Promise<Sent> =>
  send(browser, PATH, [
    ['csrf', await csrfOf(browser)],
    ['list', list],
  ]);

/** Presses the button of each step until there is none. */
const run = async (browser: Browser, preview: Sent): Promise<readonly Sent[]> => {
  const pages: Sent[] = [preview];
  for (let step = 0; step < 10; step += 1) {
    const last = pages.at(-1) ?? preview;
    const form = formsOf(last.html).find(({ action }) => action.endsWith(PATH));
    if (!form) return pages;
    pages.push(await send(browser, PATH, fillForm(form)));
  }
  throw new Error('it does not end');
};

const eventsOf = async (type: string) => {
  await server.settled();
  return server.events(type as never);
};

const row = (name: string, more: object = {}): string =>
  JSON.stringify({ name, purpose: 'Keeps order', environment: 'test', jwks: { keys: [key] }, ...more });

describe('a list of agents', () => {
  test('shows each error with its line and registers nothing before the confirmation', async () => {
    const before = (await eventsOf('agent.created')).length;
    const list = [
      row('First'),
      '',
      'no JSON',
      row('Second', { environment: 'moon' }),
      row('Third', { owner: 'unknown' }),
      row('Fourth', { purpose: undefined }),
    ];
    const preview = await previewOf(operator, list.join('\n'));
    expect([preview.status, preview.text]).toEqual([200, expect.stringContaining('Register 1 agent?')]);
    expect(preview.text).toContain('4 lines have errors and are left out');
    const wrong = preview.text.slice(preview.text.indexOf('Lines with errors'));
    expect(wrong).toMatch(/– 3 This line is no JSON object\./);
    expect(wrong).toMatch(/Second 4 environment “ ?moon ?” ?: /);
    expect(wrong).toMatch(/Third 5 owner “ ?unknown ?” ?: There is no active account or group with this name\./);
    expect(wrong).toMatch(/Fourth 6 purpose ?: missing/);
    // A column in which no line has anything is left out.
    expect(wrong).toMatch(/Name Line Environment Owner State First 1 test you active/);
    expect(await eventsOf('agent.created')).toHaveLength(before);
    const result = (await run(operator, preview)).at(-1) ?? preview;
    expect(result.text).toContain('1 of 5 agents registered');
    expect(result.text).toMatch(/1 Active 0 Waiting for owners 4 Not registered/);
    const left = await send(operator, `${PATH}/file`, fillForm(formIn(result, '/file'), { button: /file=refused/ }));
    expect(left.html).toMatch(
      /^"line","name","error"\r\n"3","",.+\r\n"4","Second","environment: .+\r\n"5","Third","owner: .+\r\n"6","Fourth","purpose: missing"/,
    );
  });

  test('as CSV, in a file: columns of texts, lists and keys; the result has the ids, which a file repeats', async () => {
    const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const csv = [
      'name,purpose,environment,owner,uses,redirect_uris,jwks',
      ['Reader', cell('Reads, and sorts'), 'test', 'ada', cell('mail; files'), '', cell(JSON.stringify(key))].join(','),
      [
        'Planner',
        'Plans',
        'test',
        '',
        '',
        'https://a.example.com/cb https://b.example.com/cb',
        cell(JSON.stringify(key)),
      ].join(','),
    ].join('\r\n');
    const preview = await send(operator, PATH, [['csrf', await csrfOf(operator)]], csv);
    expect([preview.status, preview.text]).toEqual([200, expect.stringContaining('Register 2 agents?')]);
    const result = (await run(operator, preview)).at(-1) ?? preview;
    expect([result.status, result.text]).toEqual([200, expect.stringContaining('2 of 2 agents registered')]);
    const ids = [...result.html.matchAll(/<code>(agt_\w+)<\/code>/g)].map(([, id]) => String(id));
    expect(ids).toHaveLength(2);
    const [reader, planner] = await Promise.all(
      ids.map(async (id) => (await scene.management.call('GET', `/agents/${id}`)).body),
    );
    expect(reader).toMatchObject({
      name: 'Reader',
      purpose: 'Reads, and sorts',
      uses: ['mail', 'files'],
      state: 'pending',
    });
    expect(planner).toMatchObject({
      ...{ name: 'Planner', state: 'active' },
      redirect_uris: ['https://a.example.com/cb', 'https://b.example.com/cb'],
    });
    expect((await eventsOf('agent.bulk_registered')).at(-1)).toMatchObject({
      inputs: { registered: 2, refused: 0, replayed: 0, lines: 2 },
    });
    const file = await send(operator, `${PATH}/file`, fillForm(formIn(result, '/file'), { button: /file=made/ }));
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="registered-agents.csv"');
    expect(file.html).toContain(`"2","${ids[0]}","Reader","pending"\r\n`);
  });

  test('of 1,000 goes in steps, shows how far it is, and registers a step that is sent twice once', async () => {
    const list = Array.from({ length: 1000 }, (_, index) => row(`Many ${index}`));
    const before = (await eventsOf('agent.bulk_registered')).length;
    const preview = await previewOf(operator, list.join('\n'));
    const steps = await run(operator, preview);
    expect(steps.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(steps[1]?.text).toContain('Registering agents: 250 of 1,000');
    expect(steps[1]?.html).toContain('<progress max="1000" value="250"');
    expect(steps.at(-1)?.text).toMatch(/1000 Active 0 Waiting for owners 0 Not registered/);
    const again = await send(operator, PATH, fillForm(formIn(preview)));
    expect([again.status, again.text]).toEqual([200, expect.stringContaining('Registering agents: 250 of 1,000')]);
    const counts = (await eventsOf('agent.bulk_registered')).slice(before).map(({ inputs }) => inputs);
    expect(counts).toMatchObject([
      ...Array.from({ length: 4 }, () => ({ registered: 250, refused: 0, replayed: 0 })),
      { registered: 0, refused: 0, replayed: 250 },
    ]);
  }, 120_000);

  test('names what the server refused, with a file of it, and registers the others', async () => {
    const foreign = row('Under nothing', { blueprint: 'bpt_nothing' });
    const pages = await run(operator, await previewOf(operator, [row('Fine'), foreign].join('\n')));
    const result = pages.at(-1);
    expect(result?.text).toMatch(/1 Active 0 Waiting for owners 1 Not registered/);
    expect(result?.text).toMatch(/Not registered Name Line Error Under nothing 2 .*blueprint/);
    const file = await send(
      operator,
      `${PATH}/file`,
      fillForm(formIn(result as Sent, '/file'), { button: /file=refused/ }),
    );
    expect(file.html).toMatch(/^"line","name","error"\r\n"2","Under nothing","/);
  });

  test.each([
    ['nothing', '', 'There is no agent in it'],
    [
      'an unknown column',
      'name,colour\nA,red',
      'the column colour is not known. Remove it, and add what is missing: purpose, environment.',
    ],
    ['an open quotation mark', 'name,purpose\n"A,b', 'A quotation mark on line 2 never closes'],
    ['too many', Array.from({ length: 1001 }, () => '{}').join('\n'), 'At most 1000 agents at once'],
  ])('with %s is refused at its field, with an event', async (_, list, text) => {
    const before = (await eventsOf('request.refused')).length;
    const refused = await previewOf(operator, list);
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining(text)]);
    expect(refused.html.slice(refused.html.search(/id="field-(?:file|list)-error"/))).toContain(text);
    expect((await eventsOf('request.refused')).slice(before)).toMatchObject([{ error: 'invalid_field' }]);
  });

  test.each(['{', '[]', '{"line":1}', '{"line":1,"body":null}', 'null'])(
    'whose step was changed to %j is refused, never a failure of the server',
    async (rest) => {
      const csrf = await csrfOf(operator);
      const answer = await send(operator, PATH, [
        ['csrf', csrf],
        ['rest', rest],
      ]);
      expect(answer.status).toBe(400);
      const file = await send(operator, `${PATH}/file`, [
        ['csrf', csrf],
        ['results', rest],
      ]);
      expect(file.status).toBe(400);
    },
  );

  test('of an owner without a role has no line for others: each is refused alike, before any name is looked up', async () => {
    const { groups } = server.behalf.services;
    const { document: mine } = await groups.create(
      { name: 'Night shift', members: [scene.accountId, olga] },
      { caller: 'system' },
    );
    const list = [
      row('Mine'),
      row('By name', { owner: scene.person.username }),
      row('By id', { owner: scene.accountId }),
      row('Of my group', { owner: 'night shift' }),
      row('By id of my group', { owner: mine.id }),
      row('For Olga', { owner: 'olga' }),
      row('For none', { owner: 'unknown' }),
    ];
    const preview = await previewOf(owner, list.join('\n'));
    expect([preview.status, preview.text]).toEqual([200, expect.stringContaining('Register 5 agents?')]);
    const text = 'An operator or administrator registers agents for others\\.';
    expect(preview.text).toMatch(
      new RegExp(`For Olga 6 owner “ ?olga ?” ?: ${text}.*For none 7 owner “ ?unknown ?” ?: ${text}`),
    );
    expect(preview.text).toMatch(/(?:(?:Mine|By|Of my group) .*?test .*? active ?){5}/);
    const pages = await run(owner, preview);
    expect(pages.at(-1)?.text).toMatch(/5 Active 0 Waiting for owners 2 Not registered/);
  });

  test('whose step names another owner after all is refused by the API at its line', async () => {
    const preview = await previewOf(owner, row('Mine again'));
    const fields = fillForm(formIn(preview));
    const step = JSON.parse(fields.get('rest') ?? '') as { readonly body: object };
    fields.set('rest', JSON.stringify({ ...step, body: { ...step.body, owner: olga } }));
    const result = await send(owner, PATH, fields);
    expect(result.text).toMatch(/0 Active 0 Waiting for owners 1 Not registered/);
  });
});
