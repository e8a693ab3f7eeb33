/** Two ways to use a page: with a pointer, and with nothing but the keyboard. Controls are found by what a person reads. */
import type { Locator, Page } from 'playwright-core';
import { TAB_STOPS } from './tab-walk.ts';

export type Hands = {
  readonly type: (page: Page, label: string, text: string) => Promise<void>;
  /** Switches a checkbox over. */
  readonly toggle: (page: Page, label: RegExp) => Promise<void>;
  readonly choose: (page: Page, label: string, option: string) => Promise<void>;
  /** Opens what is folded up under a line. */
  readonly unfold: (page: Page, line: string) => Promise<void>;
  /** Presses a button, and waits until the page that follows is there. */
  readonly press: (page: Page, name: string | RegExp) => Promise<void>;
  /** Opens the section of the navigation that holds the link, if it is closed. Answers whether it was. */
  readonly openSection: (page: Page, name: string) => Promise<boolean>;
  /** The same for a link, also of a closed section of the navigation. */
  readonly follow: (page: Page, name: string) => Promise<void>;
};

const button = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name }).first();

const link = (page: Page, name: string): Locator => page.getByRole('link', { name, exact: true }).first();

/** Where a narrow screen keeps the places of an area behind a button, presses it first. */
const unmenued = async (page: Page, name: string, press: (menu: Locator) => Promise<void>): Promise<void> => {
  const menu = page.locator('.menu-button');
  if ((await link(page, name).count()) === 0 && (await menu.isVisible())) await press(menu);
};

const openSection = async (page: Page, name: string, press: (line: Locator) => Promise<void>): Promise<boolean> => {
  const around = page
    .locator('nav.side details:not([open])')
    .filter({ has: page.getByRole('link', { name, exact: true, includeHidden: true }) });
  if ((await around.count()) === 0) return false;
  await press(around.locator('summary'));
  return true;
};

const followed = async (page: Page, act: () => Promise<void>): Promise<void> => {
  await Promise.all([page.waitForEvent('load'), act()]);
};

export const pointer: Hands = {
  type: (page, label, text) => page.getByLabel(label, { exact: true }).fill(text),
  toggle: (page, label) => page.getByRole('checkbox', { name: label }).first().click(),
  async choose(page, label, option) {
    await page.getByLabel(label).selectOption(option);
  },
  unfold: (page, line) => page.locator('summary', { hasText: line }).first().click(),
  press: (page, name) => followed(page, () => button(page, name).click()),
  openSection: (page, name) => openSection(page, name, (line) => line.click()),
  async follow(page, name) {
    await unmenued(page, name, (menu) => menu.click());
    await pointer.openSection(page, name);
    await followed(page, () => link(page, name).click());
  },
};

/** A text of a person's own is typed, and one that is longer comes from elsewhere: it is pasted. A key takes 10 ms of CPU. */
const MOST_TYPED = 60;

type Way = { readonly hasFocus: boolean; readonly isConnected: boolean; readonly stopsBetween: number };

/**
 * Runs in the page: how Tab gets to the control. `stopsBetween` is never too high: it is 0 where nothing has the focus, so that the first
 * stop is not known, and where a dialog or a popover is open, which change the order.
 */
const wayTo = new Function(
  'control',
  `const { activeElement } = document;
  const stops = ${TAB_STOPS};
  const [from, to] = [stops.indexOf(activeElement), stops.indexOf(control)];
  const isKnown = from >= 0 && to >= 0 && !document.querySelector(':modal, :popover-open');
  return {
    hasFocus: control === activeElement,
    isConnected: control.isConnected,
    stopsBetween: isKnown ? Math.max(0, (to - from + stops.length) % stops.length - 1) : 0,
  };`,
) as (control: unknown) => Way;

/**
 * Tabs on until the control has the focus; a control that cannot be reached fails. Presses the keys on the way in a row: to ask the page
 * after each, and to draw a frame for it, takes eight times the CPU.
 */
const reach = async (page: Page, control: Locator): Promise<void> => {
  // Found once: to find a control by role and name reads the whole page. A live list replaces what it shows.
  let element = await control.elementHandle();
  for (let pressed = 0; pressed < 80; ) {
    const way = await element?.evaluate(wayTo);
    if (way?.hasFocus) return;
    if (!way?.isConnected) element = await control.elementHandle();
    const count = 1 + (way?.stopsBetween ?? 0);
    await Promise.all(Array.from({ length: count }, () => page.keyboard.press('Tab')));
    pressed += count;
  }
  throw new Error(`the keyboard does not reach ${control}`);
};

export const keyboard: Hands = {
  async type(page, label, text) {
    await reach(page, page.getByLabel(label, { exact: true }));
    if (text.length <= MOST_TYPED) await page.keyboard.type(text);
    else await page.keyboard.insertText(text);
  },
  async toggle(page, label) {
    await reach(page, page.getByRole('checkbox', { name: label }).first());
    await page.keyboard.press('Space');
  },
  async choose(page, label, option) {
    await reach(page, page.getByLabel(label));
    await page.keyboard.type(option);
  },
  async unfold(page, line) {
    await reach(page, page.locator('summary', { hasText: line }).first());
    await page.keyboard.press('Enter');
  },
  openSection: (page, name) =>
    openSection(page, name, async (line) => {
      await reach(page, line);
      await page.keyboard.press('Enter');
    }),
  async press(page, name) {
    await reach(page, button(page, name));
    await followed(page, () => page.keyboard.press('Enter'));
  },
  async follow(page, name) {
    await unmenued(page, name, async (menu) => {
      await reach(page, menu);
      await page.keyboard.press('Enter');
    });
    await keyboard.openSection(page, name);
    await reach(page, link(page, name));
    await followed(page, () => page.keyboard.press('Enter'));
  },
};
