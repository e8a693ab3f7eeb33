/** The keys of an agent's credential, rotated by hand. */
import { chosenName, plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { factList } from '../partials/console-list.ts';
import { choice, textArea } from '../partials/controls.ts';
import { keyMaker } from '../partials/key-maker.ts';
import { type OldCredential, oldCredential } from '../partials/old-credential.ts';
import { submit } from '../partials/submit.ts';
import { agentFactWords } from '../words/console-agent.ts';
import { agentFormWords } from '../words/console-forms.ts';
import { rotationWords as words } from '../words/credential-rotation.ts';
import { registerWords } from '../words/registries.ts';
import { staticSecretWords } from '../words/static-secrets.ts';

export type RotateKeysModel = {
  readonly agent: { readonly name: string; readonly href: string };
  /** Of the old keys. */
  readonly credential: { readonly id: string; readonly name?: string };
  readonly action: string;
  readonly values: { readonly jwks?: string; readonly overlap_seconds?: string };
  readonly errors: { readonly jwks?: Text; readonly overlap_seconds?: Text };
};

/** In seconds; the second is the usual choice. */
const OVERLAPS = [0, 3600, 86_400] as const;

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
  credential.name !== undefined && [agentFormWords.credentialName, chosenName(credential.name)],
  [agentFactWords.id, html`<code>${plainText(credential.id, 80)}</code>`],
])}
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${frame.csrf}">
${keyMaker}
${textArea({
  ...{ name: 'jwks', label: words.keys, hint: agentFormWords.keysWithIds, rows: 6, maxLength: 12_000, code: true },
  ...{ value: values.jwks ?? '', ...(errors.jwks === undefined ? {} : { error: errors.jwks }) },
})}
${choice({
  ...{ name: 'overlap_seconds', label: words.oldEnds, value: values.overlap_seconds ?? String(OVERLAPS[1]) },
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
  { old, agentHref }: { readonly old: OldCredential; readonly agentHref: string },
): Html =>
  layout({
    frame,
    style: 'agents.css',
    title: words.title,
    side: consoleNavigation(frame, 'agents', false),
    body: html`<section class="card"><h1>${words.done}</h1>
<p class="lead">${words.doneLead}</p>
${oldCredential(old, frame.csrf)}
<div class="actions"><a class="button primary" href="${agentHref}#credentials">${words.onward}</a></div></section>`,
  });
