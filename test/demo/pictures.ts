/**
 * `npm run pictures -- --to FOLDER`: one picture for each page that opens by its address, and for a few that a step leads to,
 * as the first view of a visitor: wide and phone-wide, light and dark. `--only WORDS`, which may be repeated, takes the
 * pages with these words in their name.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { startChromium, takeOver } from '../support/chromium.ts';
import { fullServer } from '../support/full-server.ts';
import { tourOf } from '../support/tour.ts';
import { CONNECTION, DRIVEN, DRIVEN_FIRST, type Driven, withConnection } from './driven-pictures.ts';
import { print } from './terminal.ts';

const LOOKS = [
  { name: 'wide-light', width: 1280, height: 800, colorScheme: 'light' },
  { name: 'wide-dark', width: 1280, height: 800, colorScheme: 'dark' },
  { name: 'phone-light', width: 390, height: 844, colorScheme: 'light' },
  { name: 'phone-dark', width: 390, height: 844, colorScheme: 'dark' },
] as const;
/** Height of all four in a sheet, in pixels. */
const HEIGHT = 420;

const { values } = parseArgs({
  options: { to: { type: 'string' }, only: { type: 'string', multiple: true }, help: { type: 'boolean', short: 'h' } },
});
if (values.help || values.to === undefined) {
  print('npm run pictures -- --to FOLDER [--only WORDS]…');
  process.exit(values.help ? 0 : 2);
}
const folder = values.to;
/** Whether a page is wanted: any of the given words is in its name. */
const isWanted = ({ name }: { readonly name: string }): boolean =>
  values.only?.some((words) => name.includes(words)) ?? true;

const shots = async (page: Page): Promise<readonly string[]> => {
  const taken: string[] = [];
  for (const { width, height, colorScheme } of LOOKS) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    taken.push((await page.screenshot({ type: 'png' })).toString('base64'));
  }
  return taken;
};

/** The four beside one another. */
const sheetOf = async (sheet: Page, taken: readonly string[]): Promise<Buffer> => {
  const images = taken.map((data) => `<img alt="" src="data:image/png;base64,${data}">`).join('');
  await sheet.setContent(
    `<style>body{margin:0;display:flex;gap:8px;background:#888}img{height:${HEIGHT}px;display:block}</style>${images}`,
    { waitUntil: 'load' },
  );
  return sheet.screenshot({ type: 'jpeg', quality: 60 });
};

const full = await fullServer();
const browser = await startChromium();
try {
  await mkdir(folder, { recursive: true });
  const { issuer } = full.server;
  const sheet = await (await browser.newContext()).newPage();
  const width = LOOKS.reduce((sum, look) => sum + Math.ceil((look.width * HEIGHT) / look.height) + 8, -8);
  await sheet.setViewportSize({ width, height: HEIGHT });
  const signedIn = await browser.newContext();
  await takeOver(signedIn, await full.signedIn(), issuer);
  const pages = { ada: await signedIn.newPage(), anonymous: await (await browser.newContext()).newPage() };
  const take = async (name: string, page: Page): Promise<string> => {
    const file = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.jpg`;
    await writeFile(join(folder, file), await sheetOf(sheet, await shots(page)));
    return file;
  };
  const drive = async (driven: readonly Driven[]): Promise<void> => {
    for (const { name, as, steps } of driven.filter(isWanted)) {
      await steps(pages[as], issuer);
      print(await take(name, pages[as]));
    }
  };
  await drive(DRIVEN_FIRST(full.ids));
  const stops = tourOf(full).filter(isWanted);
  for (const [index, { name, url, as, press, clear }] of stops.entries()) {
    const page = pages[as ?? 'anonymous'];
    await page.goto(url);
    if (clear !== undefined) await page.getByLabel(clear).uncheck();
    if (press !== undefined) {
      const loaded = page.waitForEvent('load');
      await page.locator('main').getByRole('button', { name: press, exact: true }).click();
      await loaded;
    }
    print(`${index + 1}/${stops.length} ${await take(name, page)}`);
  }
  // After the tour: their steps change what a sign-in needs.
  await drive(DRIVEN);
  if (isWanted({ name: CONNECTION })) {
    await withConnection(browser, async (page) => print(await take(CONNECTION, page)));
  }
} finally {
  await browser.close();
  await full.close();
}
