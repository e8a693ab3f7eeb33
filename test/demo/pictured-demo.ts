/** A demo in a browser that keeps pictures of what a person sees: its options, its server and browser, and how it ends. */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { startChromium } from '../support/chromium.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { bold, cyan, dim, green, print, red, say, storyEnd } from './terminal.ts';

export type Picture = (page: Page, name: string) => Promise<void>;

const picturesIn = (folder: string, demo: string): Picture => {
  let count = 0;
  return async (page, name) => {
    count += 1;
    const path = join(folder, `${demo}-${count}-${name}.png`);
    // From the top, as on the screen: both answers stay at its lower edge.
    await page.evaluate('scrollTo(0, 0)');
    await page.screenshot({ path });
    say(dim(`picture: ${path}`));
  };
};

/**
 * `npm run demo:NAME -- [--pictures FOLDER]`: tells the story on a new server. Pictures go to a new temporary folder unless the
 * option names one. Exits with 1 when a check of the story fails.
 */
export const picturedDemo = async (
  name: string,
  title: string,
  story: (server: ServerProcess, browser: Browser, picture: Picture, folder: string) => Promise<void>,
): Promise<void> => {
  const { values } = parseArgs({ options: { pictures: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    print(`npm run demo:${name} -- [--pictures FOLDER]`);
    return;
  }
  const folder = values.pictures ?? (await mkdtemp(join(tmpdir(), `behalf-demo-${name}-`)));
  await mkdir(folder, { recursive: true });
  print(bold(`Behalf: ${title}\n`));
  const server = await startServer();
  const browser = await startChromium();
  try {
    await story(server, browser, picturesIn(folder, name), folder);
    print(`\n${green(bold('As told.'))} ${storyEnd()}. Pictures: ${folder}`);
  } catch (error) {
    print(`\n${red(bold('Not as told.'))} ${(error as Error).stack}`);
    print(cyan(server.log().slice(-3000)));
    process.exitCode = 1;
  } finally {
    await browser.close();
    await server.remove();
  }
};
