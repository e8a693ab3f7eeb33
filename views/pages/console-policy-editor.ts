import { plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { textArea } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { differenceText, sourceLine } from '../partials/policy-text.ts';
import { submit } from '../partials/submit.ts';
import { policyTabs } from './console-policy.ts';
import type { PolicyEditorModel, PolicyFindingLine } from './console-policy-model.ts';

const LONGEST = 524_288;

export const policyEditorPage = (model: PolicyEditorModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'policy.css',
    title: 'Draft policies',
    width: 'wide',
    body: html`<div class="page-head"><h1>${model.draft ? `Draft, version ${model.draft.version}` : 'Draft a version'}</h1>
<p class="lead">Nothing of a draft counts. It can be tried, replayed, and made to count later.</p>
${policyTabs(model, 'versions', false)}</div>
${findings(model)}
<form method="post" action="${model.action}" class="editor"><input type="hidden" name="csrf" value="${model.csrf}">${
      model.draft && html`<input type="hidden" name="etag" value="${model.draft.etag}">`
    }
${textArea({
  name: 'text',
  label: 'Text of the policies',
  hint: 'In Cedar. Each policy has an @id, and should have a @reason for people.',
  value: model.text,
  rows: 26,
  maxLength: LONGEST,
  code: true,
})}
${field({ name: 'note', label: 'Why there is this version (optional)', value: model.note, autocomplete: 'off', maxLength: 200, optional: true })}
<div class="actions">${submit({ text: 'Check', kind: 'strong', name: 'do', value: 'check' })} ${submit({ text: 'Save the draft', name: 'do', value: 'save' })} <a class="button plain" href="${model.cancelHref}">Cancel</a></div>
</form>
${model.difference && html`<section aria-labelledby="differs"><h2 id="differs">How it differs from version ${model.difference.from}</h2>${differenceText(model.difference)}</section>`}`,
  });

const findings = ({ findings: found }: PolicyEditorModel): Html | undefined => {
  if (found === undefined) return undefined;
  if (found.length === 0)
    return html`<div class="flash success" role="status"><strong>No findings.</strong> <span>The text is valid.</span></div>`;
  const errors = found.filter(({ severity }) => severity === 'error').length;
  const title = errors === 0 ? 'Valid, with warnings' : errors === 1 ? 'One error' : `${errors} errors`;
  return html`<section aria-labelledby="findings" class="card"><h2 id="findings">${title}</h2>
<ul class="findings">${found.slice(0, 50).map(finding)}</ul>
${found.length > 50 && html`<p class="hint">And ${found.length - 50} more.</p>`}</section>`;
};

const finding = ({ severity, message, policy, line, source }: PolicyFindingLine): Html =>
  html`<li class="${severity}"><p><span class="tag ${severity === 'error' ? 'off' : 'warn'}">${severity}</span> ${
    line !== undefined && html`<strong>Line ${line}</strong>`
  } ${policy !== undefined && html`<code>${plainText(policy, 80)}</code>`}</p>
<p>${plainText(message, 390)}</p>
${source !== undefined && html`<pre><code>${sourceLine(source)}</code></pre>`}</li>`;
