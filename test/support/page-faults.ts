/** What is wrong with a page for its readers, with and without assistive technology. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type Finding = { readonly id: string; readonly nodes: readonly { readonly html: string }[] };

export type Look = { readonly width: number; readonly colorScheme: 'light' | 'dark' };

/** As wide as WCAG 2.2 §1.4.10 (reflow) wants a page to fit, and as wide as most are. */
export const NARROW = 320;
export const WIDE = 1280;

/** All rules of axe, those it keeps for experiments as well; but for the contrast of level AAA, which we do not claim. */
const ALL_RULES = "axe.getRules().map(({ ruleId }) => ruleId).filter((id) => id !== 'color-contrast-enhanced')";
const COLOURS = "['color-contrast']";
/** Those that hear of colours, or of how wide the page is; the others see the same page again. */
const RULES_OF_LOOKS =
  "['color-contrast', 'link-in-text-block', 'target-size', 'scrollable-region-focusable', 'css-orientation-lock', 'meta-viewport']";

/**
 * Runs in the page: what axe finds by some rules. The markup of every element that a rule looks at is a tenth of the CPU, so axe writes
 * it when something is wrong.
 */
const axeRun = (rules: string): string => `(async () => {
  const run = async () =>
    (await axe.run(document, { resultTypes: ['violations'], selectors: false, preload: false, runOnly: ${rules} })).violations;
  axe.configure({ noHtml: true });
  if ((await run()).length === 0) return [];
  axe.reset();
  return run();
})()`;

const asFaults = (found: readonly Finding[]): readonly string[] =>
  found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);

const findings = async (page: Page, rules: string): Promise<readonly string[]> =>
  asFaults(await page.evaluate<readonly Finding[]>(axeRun(rules)));

/** Runs in the page. */
const FACTS = `({
  width: document.documentElement.scrollWidth,
  screen: window.innerWidth,
  headings: [...document.querySelectorAll('h1')].map(({ textContent }) => textContent.trim()),
  title: document.title,
})`;

type Facts = {
  readonly width: number;
  readonly screen: number;
  readonly headings: readonly string[];
  readonly title: string;
};

/** What is folded up on a page is read, too; `folded` puts it back. */
const unfolded = async (page: Page): Promise<void> => {
  const isThere = await page.evaluate<boolean>(
    `document.querySelectorAll('details:not([open])').forEach((one) => { one.open = true; one.dataset.folded = '' });
     typeof axe === 'object'`,
  );
  if (!isThere) await page.evaluate(axe);
};

const folded = (page: Page): Promise<void> =>
  page.evaluate(
    "document.querySelectorAll('details[data-folded]').forEach((one) => { one.open = false; delete one.dataset.folded })",
  );

const shapeFaults = ({ width, screen, headings, title }: Facts, brand: string): readonly string[] => [
  ...(width > screen ? [`is ${width} px wide`] : []),
  ...(headings.length === 1 && headings[0] !== '' ? [] : [`has the headings “${headings.join('”, “')}”`]),
  ...(/^\S/.test(title) && title.endsWith(` · ${brand}`) ? [] : [`has the title “${title}”`]),
];

/** What is wrong by some rules of axe, and with heading, title and width. */
const lookFaults = async (page: Page, rules: string, brand = 'Behalf'): Promise<readonly string[]> => {
  const { found, facts } = await page.evaluate<{ readonly found: readonly Finding[]; readonly facts: Facts }>(
    `${axeRun(rules)}.then((found) => ({ found, facts: ${FACTS} }))`,
  );
  return [...asFaults(found), ...shapeFaults(facts, brand)];
};

const at = (page: Page, faults: readonly string[]): readonly string[] =>
  faults.map((fault) => `${new URL(page.url()).pathname} ${fault}`);

/** What axe finds by all its rules in the first of the looks, by those that hear of it in others, and what is wrong with heading, title and width. `brand`: the end of each title. Leaves all unfolded. */
export const faultsIn = async (page: Page, looks: readonly Look[], brand?: string): Promise<readonly string[]> => {
  await unfolded(page);
  const faults: string[] = [];
  for (const [place, { width, colorScheme }] of looks.entries()) {
    if (page.viewportSize()?.width !== width) await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    const found = await lookFaults(page, place === 0 ? ALL_RULES : RULES_OF_LOOKS, brand);
    faults.push(...found.map((fault) => `${fault} (${width} px, ${colorScheme})`));
  }
  return at(page, faults);
};

/** The same in the width the page has: all rules in light colours, and the contrast of the dark ones. */
export const pageFaults = async (page: Page): Promise<readonly string[]> => {
  await unfolded(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await findings(page, COLOURS);
  await page.emulateMedia({ colorScheme: 'light' });
  const faults = at(page, [...dark, ...(await lookFaults(page, ALL_RULES))]);
  await folded(page);
  return faults;
};

/** What a browser says of a page that was refused; no news where refusals are what is looked at. */
const REFUSED = /^Failed to load resource: the server responded with a status of 4\d\d/;

/** All that the browser objects to from now on: our policy broken, a file missing, a script of ours failing. */
export const objectionsOf = (page: Page): readonly string[] => {
  const heard: string[] = [];
  page.on('console', (message) => {
    if (!REFUSED.test(message.text())) heard.push(`${page.url()} ${message.text()}`);
  });
  page.on('pageerror', (error) => heard.push(`${page.url()} ${error}`));
  return heard;
};
