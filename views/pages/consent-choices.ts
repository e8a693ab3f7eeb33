import { chosenName, isolated } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { detailChoices } from '../partials/detail-list.ts';
import { resourceHeading, scopeChoices } from '../partials/scope-list.ts';
import { durationPhrase } from '../time-text.ts';
import type { ConsentModel } from './consent-model.ts';

/** Everything the person can narrow, in the order in which it matters. */
export const choices = (model: ConsentModel): Html => html`${model.resources.map(
  (resource, index) => html`<fieldset>
<legend>${resourceHeading(resource)}</legend>
${resource.scopes.length > 0 && scopeChoices(resource.identifier, resource.scopes, `scope-${index}`)}
${detailChoices(resource.details ?? [], `detail-${index}`)}
</fieldset>`,
)}
${openid(model.openidScopes)}
<div class="field"><label for="duration">For how long</label>
<select id="duration" name="duration">${model.durations.map(
  (seconds) =>
    html`<option value="${seconds}"${seconds === model.duration && html` selected`}>${durationPhrase(seconds)}</option>`,
)}</select></div>
${passOn(model.passOn)}`;

const OPENID_WORDS: Readonly<Record<string, string>> = {
  profile: 'Know your name and username',
  email: 'Know your e-mail address',
  groups: 'Know which groups you belong to',
  offline_access: 'Keep access while you are away, until the time below is over',
};

const openid = (scopes: readonly string[]): Html | undefined =>
  scopes.length === 0
    ? undefined
    : html`<fieldset><legend>About you</legend><ul class="choices">${
        scopes.includes('openid') &&
        html`<li class="fixed"><input type="hidden" name="openid" value="openid"><span class="does">Know that it is you who signed in</span></li>`
      }${scopes
        .filter((name) => name !== 'openid')
        .map(
          (name) =>
            html`<li><input type="checkbox" id="openid-${name}" name="openid" value="${name}" checked><label for="openid-${name}"><span class="does">${OPENID_WORDS[name] ?? name}</span></label></li>`,
        )}</ul></fieldset>`;

const passOn = (model: ConsentModel['passOn']): Html | undefined =>
  model === undefined || model.agents.length === 0
    ? undefined
    : html`<details><summary>May it be passed on to other agents? <span class="hint">Not unless you choose</span></summary>
<fieldset><legend class="unseen">Agents it may pass this on to</legend>
<p class="hint">An agent that gets it this way can never do more than you allow here, and stops when this ends.</p>
<ul class="choices">${model.agents.map(
        (agent, index) =>
          html`<li><input type="checkbox" id="pass-${index}" name="pass_on" value="${agent.id}"><label for="pass-${index}"><span class="does">${chosenName(agent.name)}</span> <span class="hint">owned by ${isolated(agent.ownerName)}, ${agent.environment}</span></label></li>`,
      )}</ul>
<div class="field"><label for="pass-on-depth">How many times it may be passed on</label>
<select id="pass-on-depth" name="pass_on_depth">${Array.from({ length: model.maxDepth }, (_, index) => html`<option value="${index + 1}">${index + 1}</option>`)}</select></div>
</fieldset></details>`;

/** The risk in one line, right before the buttons: what does not go along with a click on the one button. */
export const riskSummary = ({ resources }: ConsentModel): Html | undefined => {
  const left = resources
    .flatMap(({ scopes, details = [] }) => [...scopes, ...details])
    .filter(({ checked }) => !checked);
  const counted = (['critical', 'high'] as const)
    .map((risk) => ({ risk, count: left.filter((each) => each.risk === risk).length }))
    .filter(({ count }) => count > 0);
  return counted.length === 0
    ? undefined
    : html`<p class="sum">Not ticked: ${counted.map(({ risk, count }, index) => html`${index > 0 && ' and '}${count} ${count === 1 ? 'permission' : 'permissions'} of ${risk} risk`)}. Tick one only if you want it to happen in your name.</p>`;
};
