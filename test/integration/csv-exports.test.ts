/** Lists saved as CSV, opened by spreadsheets of any locale: names that others chose are text there, never formulas. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import { type Browser, newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

/** Names that a user may give, with the sign of a formula where some spreadsheet begins a cell. */
const NAMES = [
  '=1+1',
  '＝1+1 full-width',
  '＋1 full-width',
  '－1 full-width',
  '＠SUM(1) full-width',
  'Mole;=1+1',
  'Mole; =1+1 after a blank',
  'Mole;"=1+1 after a quotation mark',
  'Mole";"＝1+1',
  'Mole,@SUM(1)',
  'Mole|+1',
  'Mole "quoted";-1',
] as const;

let server: RunningServer;
let scene: Scene;
let browser: Browser;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  for (const [index, name] of NAMES.entries()) {
    const account = await scene.management.createAccount({ username: `mole-${index}`, name });
    await scene.newAgent(name, account.id);
  }
  browser = newBrowser(server.issuer);
  const page = await browser.open(`${server.issuer}/console`);
  await submitSignIn(browser, page, { username: 'admin', password: 'correct horse battery staple' });
}, 60_000);
afterAll(() => server?.close());

/**
 * The cells of a line as a spreadsheet sees them that splits at `separator`: a quotation mark counts where a cell begins, and
 * what stands behind the closing one belongs to the cell, as in the spreadsheets that are common.
 */
const cellsOf = (line: string, separator: string): readonly string[] => {
  const cells: string[] = [];
  let cell = '';
  for (let at = 0, isQuoted = false; at <= line.length; at += 1) {
    const character = line[at];
    if (isQuoted && character === '"' && line[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (character === '"' && (isQuoted || cell === '')) isQuoted = !isQuoted;
    else if (character === undefined || (character === separator && !isQuoted)) {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  return cells;
};

const FORMULA = /^[\s"]*[=+\-@＝＋－＠]/;

const exported = {
  'the console': async () => {
    const answer = await browser.request(`${server.issuer}/console/agents.csv`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    return answer.text();
  },
  'the command line': async () => {
    let text = '';
    const out = (more: string): void => {
      text += more;
    };
    const terminal = { out, err: () => undefined };
    expect(await runCli(['agents', 'list', '--csv'], terminal, { BEHALF_DATA: server.dataFolder })).toBe(0);
    return text;
  },
};

describe.each(Object.entries(exported))('IN-05 a list of agents as CSV, from %s', (_from, read) => {
  test('has no cell that begins a formula, whichever separator a spreadsheet splits at', async () => {
    const lines = (await read()).trimEnd().split('\r\n');
    for (const separator of [',', ';', '\t', '|']) {
      const cells = lines.flatMap((line) => cellsOf(line, separator));
      expect([separator, cells.filter((cell) => FORMULA.test(cell))]).toEqual([separator, []]);
    }
  });

  test('is CSV of RFC 4180 §2: each name is one cell, with an apostrophe before each sign that could begin one', async () => {
    const lines = (await read()).trimEnd().split('\r\n');
    const names = lines.flatMap((line) => cellsOf(line, ',')).map((cell) => cell.replaceAll("'", ''));
    expect(NAMES.filter((name) => !names.includes(name))).toEqual([]);
    expect(new Set(lines.map((line) => cellsOf(line, ',').length)).size).toBe(1);
  });
});
