import { type Html, type HtmlValue, html, type Text } from '../html.ts';

export type SubmitButton = {
  readonly text: Text;
  /**
   * `danger` leads to an end, and `destructive` is the button that confirms it. `primary` and `plain` have the same size, for two
   * answers that must be equally easy. `quiet` looks like a link.
   */
  readonly kind?: 'primary' | 'plain' | 'danger' | 'destructive' | 'quiet';
  readonly name?: string;
  readonly value?: string;
  /** The object of the button, for screen readers, which read it after its text. */
  readonly about?: HtmlValue;
  /** Id of the form that it sends; default: the form around it. */
  readonly form?: string;
};

export const submit = ({ text, kind = 'primary', name, value, about, form }: SubmitButton): Html =>
  html`<button type="submit" class="button ${kind}"${form !== undefined && html` form="${form}"`}${name !== undefined && html` name="${name}" value="${value ?? ''}"`}>${text}${
    about !== undefined && html`<span class="unseen"> ${about}</span>`
  }</button>`;
