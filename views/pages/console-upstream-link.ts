/** The form that links an account to a person of a sign-in provider. */
import { chosenName, plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { confirmPage } from '../partials/console-list.ts';
import { choice } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { registerWords } from '../words/registries.ts';
import { upstreamLinkWords as words } from '../words/upstream-link.ts';

export type UpstreamLinkModel = {
  readonly name: string;
  readonly username: string;
  readonly action: string;
  readonly cancelHref: string;
  /** Active ones. */
  readonly providers: readonly { readonly id: string; readonly name: string }[];
  readonly providersHref: string;
  readonly values: { readonly upstream?: string; readonly subject?: string };
  readonly errors: { readonly upstream?: Text; readonly subject?: Text };
};

/** The form POSTs `csrf`, `upstream` and `subject`. */
export const upstreamLinkPage = (frame: ConsoleFrame, model: UpstreamLinkModel): Html => {
  const { providers, values, errors, action, cancelHref } = model;
  const name = chosenName(model.name, 100);
  if (providers.length === 0) return noProviders(frame, model);
  return confirmPage(frame, {
    ...{
      place: 'people',
      title: words.make,
      question: words.asked(name, plainText(model.username, 60)),
      lead: words.lead(name),
    },
    fields: html`${choice({
      ...{ name: 'upstream', label: words.provider, value: values.upstream ?? '' },
      options: providers.map((one) => ({ value: one.id, text: one.name })),
      ...(errors.upstream === undefined ? {} : { error: errors.upstream }),
    })}
${field({
  ...{ name: 'subject', label: words.subject, hint: words.subjectHint, autocomplete: 'off', maxLength: 255 },
  ...{ value: values.subject ?? '', ...(errors.subject === undefined ? {} : { error: errors.subject }) },
})}`,
    ...{ button: words.link, kind: 'primary', action, cancelHref },
  });
};

const noProviders = (frame: ConsoleFrame, { name, username, cancelHref, providersHref }: UpstreamLinkModel): Html =>
  layout({
    frame,
    style: 'agents.css',
    title: words.make,
    side: consoleNavigation(frame, 'people', false),
    body: html`<section class="card"><h1>${words.asked(chosenName(name, 100), plainText(username, 60))}</h1><p>${words.noProvider}</p>
<div class="actions"><a class="button primary" href="${providersHref}">${words.toProviders}</a> <a class="button plain" href="${cancelHref}">${registerWords.cancel}</a></div></section>`,
  });
