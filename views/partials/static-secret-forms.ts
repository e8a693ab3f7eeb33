/** The forms that allow an object a static secret and rotate it. */
import { chosenName } from '../agent-text.ts';
import { type Html, html, type Phrase, type Text } from '../html.ts';
import { staticSecretWords as words } from '../words/static-secrets.ts';
import type { ConsoleFrame, ConsolePlace } from './console-frame.ts';
import { confirmPage } from './console-list.ts';
import { choice, textArea } from './controls.ts';
import { field } from './field.ts';

/** A form about the secret of an object, and what was typed into it before. */
export type SecretFormModel = {
  readonly place: ConsolePlace;
  /** Page of the object. */
  readonly href: string;
  readonly name: string;
  readonly values: { readonly reason?: string; readonly days?: string; readonly overlap?: string };
  readonly errors: Readonly<Partial<Record<'reason' | 'days' | 'overlap', Text>>>;
};

const errorAt = ({ errors }: SecretFormModel, name: keyof SecretFormModel['errors']): { readonly error?: Text } => {
  const error = errors[name];
  return error === undefined ? {} : { error };
};

/** The form POSTs `csrf`, `reason` and `days` to `…/secret`. */
export const allowSecretPage = (
  frame: ConsoleFrame,
  model: SecretFormModel & {
    /** For what a secret is allowed. */ readonly lead: Phrase;
  },
): Html =>
  confirmPage(frame, {
    ...{ place: model.place, title: words.allow, question: words.allowAsked(chosenName(model.name, 100)) },
    ...{ lead: model.lead, kind: 'primary', isNarrow: true },
    fields: html`${textArea({
      ...{ name: 'reason', label: words.reason, hint: words.reasonHint, rows: 2, maxLength: 500 },
      ...{ value: model.values.reason ?? '', ...errorAt(model, 'reason') },
    })}
${field({
  ...{ name: 'days', label: words.days, hint: words.daysHint, autocomplete: 'off', maxLength: 2 },
  ...{ inputMode: 'numeric', value: model.values.days ?? '90', ...errorAt(model, 'days') },
})}`,
    ...{ button: words.allow, action: `${model.href}/secret`, cancelHref: model.href },
  });

/** The form POSTs `csrf` and `overlap`, in seconds, to `…/rotate-secret`. */
export const rotateSecretPage = (
  frame: ConsoleFrame,
  model: SecretFormModel & {
    /** How long the old secret may stay valid, in seconds; the second is the usual choice. */
    readonly overlaps: readonly (keyof typeof words.overlaps)[];
  },
): Html =>
  confirmPage(frame, {
    ...{ place: model.place, title: words.rotate, question: words.rotateAsked(chosenName(model.name, 100)) },
    ...{ lead: words.rotateLead, kind: 'primary', isNarrow: true },
    fields: choice({
      ...{ name: 'overlap', label: words.oldEnds, value: model.values.overlap ?? String(model.overlaps[1]) },
      ...errorAt(model, 'overlap'),
      options: model.overlaps.map((seconds) => ({ value: String(seconds), text: words.overlaps[seconds] })),
    }),
    ...{ button: words.rotate, action: `${model.href}/rotate-secret`, cancelHref: model.href },
  });
