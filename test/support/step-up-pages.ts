/** A person at the pages on which a step-up is confirmed. */
import { enrolApp } from './authenticator-app.ts';
import { type Browser, type Page, type Person, submitSignIn } from './browser-flow.ts';
import type { Form } from './html-forms.ts';

const [CONFIRM, DECLINE, SIGN_IN] = [/^Confirm$/, /Do not confirm/, /Sign in again/];

const formOf = (page: Page): Form => {
  const form = page.forms.find(({ action }) => action.includes('/step-ups/'));
  if (!form) throw new Error(page.text);
  return form;
};

export interface StepUpPages {
  /** Confirms with a second factor, which the person gets on the first page that needs one. */
  confirm(url: string): Promise<void>;
  decline(url: string): Promise<void>;
}

/** `onOpened` is told of each page that the person opens. */
export const stepUpPages = (
  browser: Browser,
  issuer: string,
  person: Person,
  onOpened: (url: string) => void = () => undefined,
): StepUpPages => {
  let recovery: string[] | undefined;

  const confirm = async (url: string): Promise<void> => {
    onOpened(url);
    const page = await browser.open(url);
    if (!recovery) {
      if (!page.text.includes('no second factor')) throw new Error(page.text);
      recovery = [...(await enrolApp(browser, issuer, person)).recovery];
      return confirm(url);
    }
    const press = (shown: Page, button: RegExp): Promise<Page> => browser.submit(shown, formOf(shown), { button });
    // A sign-in of this moment is enough.
    if (formOf(page).buttons.some(({ text }) => CONFIRM.test(text))) return void (await press(page, CONFIRM));
    const second = await submitSignIn(browser, await press(page, SIGN_IN), person);
    const [, paper] = second.forms;
    if (!paper) throw new Error(second.text);
    await press(await browser.submit(second, paper, { set: { code: String(recovery.shift()) } }), CONFIRM);
  };

  return {
    confirm,
    async decline(url) {
      onOpened(url);
      const page = await browser.open(url);
      await browser.submit(page, formOf(page), { button: DECLINE });
    },
  };
};
