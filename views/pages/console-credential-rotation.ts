/** The keys of an agent's credential, rotated by hand. */
import { chosenName, isolated } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { factList } from '../partials/console-list.ts';
import { choice, textArea } from '../partials/controls.ts';
import { keyMaker } from '../partials/key-maker.ts';
import { type OldCredential, oldCredential } from '../partials/old-credential.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { agentFormWords } from '../words/console-forms.ts';
import { rotationWords as words } from '../words/credential-rotation.ts';
import { registerWords } from '../words/registries.ts';
import { staticSecretWords } from '../words/static-secrets.ts';

export type RotateKeysModel = {
  readonly agent: { readonly name: string; readonly href: string };
  /** Of the old keys. */
  readonly credential: {
    readonly name?: string;
    readonly kind: Phrase;
    /** Key ids. */
    readonly keys: readonly string[];
    readonly createdAt: number;
  };
  readonly action: string;
  readonly values: { readonly jwks?: string; readonly overlap_seconds?: string };
  readonly errors: { readonly jwks?: Text; readonly overlap_seconds?: Text };
};

/** In seconds; the second is the usual choice. */
const OVERLAPS = [0, 3600, 86_400] as const;

/** Key ids that the page shows. */
const MOST_KEYS = 3;

/** The credential by its name, and its keys below. */
const oldKeys = ({ name, kind, keys }: RotateKeysModel['credential']): HtmlValue =>
  html`${name === undefined ? kind : chosenName(name)}${keys
    .slice(0, MOST_KEYS)
    .map((key) => html`<span class="line"><code>${isolated(key, 80)}</code></span>`)}`;

/** The form POSTs `csrf`, `jwks`, and `overlap_seconds`. */
export const rotateKeysPage = (frame: ConsoleFrame, model: RotateKeysModel): Html => {
  const { agent, credential, values, errors } = model;
  return layout({
    frame,
    style: 'agents.css',
    alsoStyle: 'sections.css',
    script: 'agent-keys.js',
    title: words.title,
    side: consoleNavigation(frame, 'agents', false),
    body: html`<section class="card"><h1>${words.asked(chosenName(agent.name, 100))}</h1>
<p class="lead">${words.lead}</p>
${factList([
  [words.toReplace, oldKeys(credential)],
  [registerWords.made, timeText(credential.createdAt)],
])}
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${frame.csrf}">
${keyMaker}
${textArea({
  ...{ name: 'jwks', label: words.keys, hint: agentFormWords.keysWithIds, rows: 4, maxLength: 12_000, code: true },
  ...{ value: values.jwks ?? '', ...(errors.jwks === undefined ? {} : { error: errors.jwks }) },
})}
${choice({
  ...{
    name: 'overlap_seconds',
    label: words.oldEnds,
    hint: words.oldEndsHint,
    value: values.overlap_seconds ?? String(OVERLAPS[1]),
  },
  ...(errors.overlap_seconds === undefined ? {} : { error: errors.overlap_seconds }),
  options: OVERLAPS.map((seconds) => ({ value: String(seconds), text: staticSecretWords.overlaps[seconds] })),
})}
<div class="actions">${submit({ text: words.title })} <a class="button plain" href="${agent.href}">${registerWords.cancel}</a></div>
</form></section>`,
  });
};

/** What a rotation did. */
export const rotatedKeysPage = (
  frame: ConsoleFrame,
  { old, agent }: { readonly old: OldCredential; readonly agent: RotateKeysModel['agent'] },
): Html =>
  layout({
    frame,
    style: 'agents.css',
    title: words.title,
    side: consoleNavigation(frame, 'agents', false),
    body: html`<section class="card"><h1>${words.done}</h1>
<p class="lead">${words.doneLead(chosenName(agent.name, 100))}</p>
${oldCredential(old, {
  of: 'keys',
  next: html`<a class="button primary" href="${agent.href}#credentials">${words.onward}</a>`,
  csrf: frame.csrf,
})}</section>`,
  });
