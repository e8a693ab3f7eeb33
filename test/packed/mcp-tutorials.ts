/**
 * The tutorials about MCP servers, word for word, from an empty folder, with the packages as a reader builds them.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { pointer } from '../support/page-input.ts';
import { WITHOUT_COMPILING } from '../support/python-environment.ts';
import { openTutorial, type ReadersFolder, readersFolder, type Terminal } from '../support/tutorial.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** The folder of the MCP server, beside that of the program. */
const NOTES = '../notes';
const ADDRESS = /^http:\/\/localhost:\S+\/(?:auth|delegations)\S+$/gm;

type McpTutorial = {
  readonly page: string;
  /** What the reader's commands call the files. */
  readonly extension: 'ts' | 'py';
  readonly command: string;
  readonly install: readonly string[];
};

export const MCP_TUTORIALS: readonly McpTutorial[] = [
  {
    page: 'mcp-server-typescript.md',
    extension: 'ts',
    command: 'node',
    install: ['npm init', 'npm pack'],
  },
  {
    page: 'mcp-server-python.md',
    extension: 'py',
    command: '.venv/bin/python',
    install: ['.venv/bin/pip install', 'pip wheel'],
  },
];

/** The counts that a page states. Throws an Error if it has others. */
const checkCounts = (name: string): void => {
  const text = readFileSync(resolve(ROOT, 'docs/tutorials', name), 'utf8');
  const count = (pattern: RegExp): number => [...text.matchAll(pattern)].length;
  const [steps, commands, files] = [count(/^## \d+\./gm), count(/^```sh$/gm), count(/Save this as `/g)];
  const stated = `There are ${steps} steps, with ${commands} commands to paste and ${files} files to save.`;
  if (!text.includes(stated)) throw new Error(`${name} does not say: ${stated}`);
};

/** Opens the address that the client printed last, once it printed `count` of them. */
const openPrinted = async (page: Page, client: Terminal, count: number): Promise<void> => {
  await client.prints(new RegExp(`(?:${ADDRESS.source}[\\s\\S]*){${count}}`, 'm'));
  await page.goto(
    String(
      client
        .output()
        .match(ADDRESS)
        ?.at(count - 1),
    ),
  );
};

const allow = (page: Page): Promise<void> => pointer.press(page, 'Allow what is ticked');

const follow = async ({ page: name, extension, command, install }: McpTutorial, folder: ReadersFolder, page: Page) => {
  checkCounts(name);
  const tutorial = openTutorial(name, folder);
  const server = tutorial.starts('BEHALF__REGISTRATION__OPEN=true npm start');
  const [, password = ''] = await server.prints(/as admin, password (\S+) \(shown once\)/);
  await tutorial.runs(String(install[1]));
  await tutorial.runs(String(install[0]), NOTES);

  tutorial.saves(`tools.${extension}`, NOTES);
  tutorial.saves(`server.${extension}`, NOTES);
  const first = tutorial.starts(`${command} server`, NOTES);
  await first.prints(/The MCP server is at/);
  await tutorial.runs('mcp enable');

  tutorial.saves(`client.${extension}`, NOTES);
  const alone = tutorial.starts(`${command} client`, NOTES);
  await openPrinted(page, alone, 1);
  await pointer.type(page, 'Username', 'admin');
  await pointer.type(page, 'Password', password);
  await pointer.press(page, 'Sign in');
  await allow(page);
  await alone.prints(tutorial.shows());
  // Its port is free for the client that follows, and no connection of the browser leads to this one.
  await alone.end();

  await tutorial.runs('resource-servers create http://127.0.0.1:4200');
  tutorial.saves(`tickets.${extension}`, NOTES);
  const api = tutorial.starts(`${command} tickets`, NOTES);
  await api.prints(/The API is at/);
  tutorial.saves(`tools.${extension}`, NOTES);
  await first.interrupt();
  const again = tutorial.starts(`${command} server`, NOTES);
  await again.prints(/The MCP server is at/);

  const client = tutorial.starts(`${command} client`, NOTES);
  await openPrinted(page, client, 1);
  await allow(page);
  await client.prints(/^notes: /m);
  await openPrinted(page, client, 2);
  await allow(page);
  client.type('\n');
  await client.prints(tutorial.shows());
  await client.end();
  await api.prints(/GET \/tickets by agt_\S+ for acc_\S+/);

  const log = await tutorial.runs('audit list');
  for (const shown of ['refused', 'token.issued']) {
    if (!log.includes(shown)) throw new Error(`the audit log shows no ${shown}:\n${log}`);
  }
  tutorial.ends();
};

/** Follows one tutorial to its end. Throws an Error that says where the page is wrong. */
export const followMcpTutorial = async (tutorial: McpTutorial, browser: Browser): Promise<void> => {
  // The versions that a page leaves open are those of the other tests.
  const versions = { PIP_CONSTRAINT: resolve(ROOT, 'python/requirements-test.txt') };
  const environment = { ...versions, ...WITHOUT_COMPILING, PIP_QUIET: '1' };
  const folder = await readersFolder({ packages: true, environment });
  const context = await browser.newContext();
  try {
    await follow(tutorial, folder, await context.newPage());
  } finally {
    await context.close();
    await folder.remove();
  }
};
