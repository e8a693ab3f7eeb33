import { type Html, html, type Phrase } from '../html.ts';
import { factList } from './console-list.ts';
import { copyable } from './copy-button.ts';

/** A value that an administrator enters at another system. */
export type ConnectionValue = readonly [label: Phrase, value: string];

/** A section of such values, each with a button that copies it. */
export const connectionValues = (title: Phrase, values: readonly ConnectionValue[]): Html =>
  html`<section aria-labelledby="connection" class="card"><h2 id="connection">${title}</h2>
${factList(values.map(([label, value]) => [label, copyable(value, { look: 'long', what: label })]))}</section>`;
