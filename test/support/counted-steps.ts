/** Counts what a person does: each click, each field filled or chosen; on the command line each command. */
import type { Locator, Page } from 'playwright-core';
import { cliHere } from './in-process-cli.ts';
import { pointer } from './page-input.ts';

export type ConsoleSteps = ReturnType<typeof countedPage>;
export type CommandSteps = ReturnType<typeof countedCommands>;

/** A page used with a pointer. `count` is the number of interactions up to now; the first page counts as none. */
export const countedPage = (page: Page) => {
  let count = 0;
  const counted = <T>(act: () => Promise<T>): Promise<T> => {
    count += 1;
    return act();
  };
  const followed = (control: Locator) =>
    counted(() => Promise.all([page.waitForEvent('load'), control.click()]).then(() => undefined));
  const form = (name: string): Locator => page.locator(`form[aria-labelledby="${name}"]`);
  return {
    count: (): number => count,
    /** Types in the search field of the header. */
    search: (text: string) => counted(() => page.getByLabel('Search by name or id').fill(text)),
    /** Chooses one of the results that appear. */
    pick: (name: RegExp) => followed(page.getByRole('option', { name }).first()),
    text: async (): Promise<string> => String(await page.locator('main').textContent()),
    /** What the address of the page asks for. */
    query: (): URLSearchParams => new URL(page.url()).searchParams,
    type: (label: string, text: string) => counted(() => pointer.type(page, label, text)),
    /** Adds text at the end of a field. */
    add: (label: string, text: string) =>
      counted(async () => {
        // Not by its value: an editor takes the place of the field as soon as it is loaded.
        await page.getByRole('textbox', { name: label }).focus();
        await page.keyboard.press('Control+End');
        await page.keyboard.insertText(text);
      }),
    choose: (label: string, option: string) => counted(() => pointer.choose(page, label, option)),
    press: (name: string | RegExp) => counted(() => pointer.press(page, name)),
    /** In a closed section of the navigation, opening it counts, too. */
    follow: async (name: string) => {
      if (await pointer.openSection(page, name)) count += 1;
      await counted(() => pointer.follow(page, name));
    },
    /** A link below the navigation. */
    followOnPage: (name: RegExp) => followed(page.locator('main').getByRole('link', { name }).first()),
    /** The first of several fields with this label. */
    typeFirst: (label: string, text: string) => counted(() => page.getByLabel(label).first().fill(text)),
    /** The same in the form with this heading. */
    typeIn: (name: string, label: string, text: string) =>
      counted(() => form(name).getByLabel(label).first().fill(text)),
    chooseIn: (name: string, label: string, option: string) =>
      counted(async () => void (await form(name).getByLabel(label).first().selectOption(option))),
    pressIn: (name: string, button: string) => followed(form(name).getByRole('button', { name: button, exact: true })),
    /** Follows a link to a file, and returns the name of the file. */
    save: async (name: string | RegExp): Promise<string> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        counted(() => page.getByRole('link', { name }).first().click()),
      ]);
      return download.suggestedFilename();
    },
  };
};

/** The command line. `environment` names the server. */
export const countedCommands = (environment: Readonly<Record<string, string>>) => {
  let count = 0;
  return {
    count: (): number => count,
    /** Runs a command that must succeed, and returns its standard output. */
    run: async (...argv: readonly string[]): Promise<string> => {
      count += 1;
      const { code, out, err } = await cliHere(argv, environment);
      if (code !== 0) throw new Error(`behalf ${argv.join(' ')}: ${code} ${out} ${err}`);
      return out;
    },
  };
};
