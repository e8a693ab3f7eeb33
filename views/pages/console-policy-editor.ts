import { englishText, plainText } from '../agent-text.ts';
import { assets } from '../assets.ts';
import { type Html, html, type View } from '../html.ts';
import { layout } from '../layout.ts';
import { consoleNavigation } from '../partials/console-frame.ts';
import { textArea } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { differenceText, sourceLine, sourceText } from '../partials/policy-text.ts';
import { submit } from '../partials/submit.ts';
import { editorWords as words } from '../words/console-editor.ts';
import { policyPageWords } from '../words/console-policy.ts';
import { listWords } from '../words/lists.ts';
import type { PolicyEditorModel, PolicyFindingLine } from './console-policy-model.ts';

const MOST_SAID = 400;
const LONGEST = 524_288;

export const policyEditorPage = (model: PolicyEditorModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: ['policy.css', 'editor.css', 'sections.css'],
    script: 'editor.js',
    title: words.tab,
    width: 'wide',
    side: consoleNavigation(model, 'versions', false),
    body: html`<div class="page-head"><h1>${model.draft ? words.draft(model.draft.version) : words.newDraft}</h1>
<p class="lead">${words.lead}</p></div>
${model.findings && policyFindings(model.findings)}
<form method="post" action="${model.action}" class="editor with-optional" data-editor="${assets(model.basePath).href('policy-editor.js')}" data-words="${browserWords}"><input type="hidden" name="csrf" value="${model.csrf}">${
      model.draft && html`<input type="hidden" name="etag" value="${model.draft.etag}">`
    }
${textArea({
  name: 'text',
  label: words.text,
  hint: html`${words.textHint} <span class="keys">${words.keys}</span>`,
  value: model.text,
  rows: 26,
  maxLength: LONGEST,
  code: true,
})}
<div data-live><p class="unseen" role="status"></p><div></div></div>
${field({ name: 'note', label: words.note, value: model.note, autocomplete: 'off', maxLength: 200, optional: true })}
<div class="actions">${submit({ text: words.check, kind: 'plain', name: 'do', value: 'check' })} ${submit({ text: words.save, name: 'do', value: 'save' })} <a class="button plain" href="${model.cancelHref}">${policyPageWords.cancel}</a></div>
</form>
${marked(model)}
${references(model.schema)}
${model.difference && html`<section aria-labelledby="differs"><h2 id="differs">${words.differs(model.difference.from)}</h2>${differenceText(model.difference)}</section>`}`,
  });

/** Texts that the editor has in English only. */
const browserWords = ({ language }: View): string =>
  JSON.stringify(Object.fromEntries(Object.entries(words.browser).map(([name, text]) => [name, text.text(language)])));

/** What a check found; also by itself, for the editor in the browser. */
export const policyFindings = (found: readonly PolicyFindingLine[]): Html => {
  if (found.length === 0)
    return html`<div class="flash success" role="status" data-checked><strong>${words.noFindings}</strong> <span>${words.valid}</span></div>`;
  const errors = found.filter(({ severity }) => severity === 'error').length;
  const title = errors === 0 ? words.warnings : words.errors(errors);
  return html`<section aria-labelledby="findings" class="card" data-checked><h2 id="findings">${title}</h2>
<ul class="findings">${found.slice(0, 50).map(finding)}</ul>
${found.length > 50 && html`<p class="hint">${listWords.andMore(found.length - 50)}</p>`}</section>`;
};

/** The text as it was checked, with its lines numbered and marked. */
const marked = ({ findings: found = [], text }: PolicyEditorModel): Html | undefined => {
  const lines = new Map<number, PolicyFindingLine['severity']>();
  for (const { line, severity } of found) {
    if (line !== undefined && lines.get(line) !== 'error') lines.set(line, severity);
  }
  return lines.size === 0
    ? undefined
    : html`<div class="as-checked" data-checked><h2>${words.checked}</h2>${sourceText(text, words.checked, lines)}</div>`;
};

const finding = ({ severity, message, policy, line, source }: PolicyFindingLine): Html =>
  html`<li class="${severity}" data-finding="${severity}" data-line="${line ?? 1}" data-message="${plainText(message, MOST_SAID)}"><p><span class="tag ${severity === 'error' ? 'off' : 'warn'}">${words.severities[severity]}</span> ${
    line !== undefined && html`<strong><a href="#line-${line}">${words.line(line)}</a></strong>`
  } ${policy !== undefined && html`<code>${plainText(policy, 80)}</code>`}</p>
<p>${englishText(message, MOST_SAID)}</p>
${source !== undefined && html`<pre><code>${sourceLine(source)}</code></pre>`}</li>`;

/** What a text may refer to. The editor in the browser completes from it. */
const references = ({ text, annotations }: PolicyEditorModel['schema']): Html =>
  html`<details id="schema"><summary>${words.schema}</summary>
<dl class="annotations" lang="en">${annotations.map(
    ({ name, says }) => html`<div><dt><code>@${name}</code></dt><dd data-annotation="${name}">${says}</dd></div>`,
  )}</dl>
<div lang="en">${sourceText(text, words.schemaText)}</div></details>`;
