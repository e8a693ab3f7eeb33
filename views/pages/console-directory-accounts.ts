/** The forms that give an account to a directory, and take one from it. */
import { chosenName } from '../agent-text.ts';
import type { Html, Text } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { confirmPage } from '../partials/console-list.ts';
import { field } from '../partials/field.ts';
import { directoryAccountWords as words } from '../words/console-directory-accounts.ts';
import { objectWords } from '../words/console-objects.ts';

export type DirectoryAccountModel = {
  readonly deed: 'assign' | 'unassign';
  /** Name of the directory. */
  readonly name: string;
  readonly action: string;
  readonly cancelHref: string;
  readonly values: { readonly account?: string };
  readonly errors: { readonly account?: Text };
};

/** The form POSTs `csrf` and `account`. */
export const directoryAccountPage = (frame: ConsoleFrame, model: DirectoryAccountModel): Html => {
  const { deed, name, action, cancelHref, values, errors } = model;
  return confirmPage(frame, {
    ...{ place: 'directories', title: words[deed], question: words.asked[deed](chosenName(name, 100)) },
    ...{ lead: words.leads[deed], isNarrow: true, button: words.buttons[deed], kind: 'primary', action, cancelHref },
    fields: field({
      ...{ name: 'account', label: words.account, hint: objectWords.accountHint, autocomplete: 'off', maxLength: 200 },
      ...{ value: values.account ?? '', ...(errors.account === undefined ? {} : { error: errors.account }) },
    }),
  });
};
