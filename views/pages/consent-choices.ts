import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { detailChoices } from '../partials/detail-list.ts';
import { resourceHeading, scopeChoices, wishChoices } from '../partials/scope-list.ts';
import { durationPhrase } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { consentChoiceWords as words } from '../words/consent.ts';
import { scopeWords } from '../words/scope.ts';
import type { ConsentModel } from './consent-model.ts';

/** All choices by which the person can narrow the request, in order of importance. */
export const choices = (model: ConsentModel): Html => html`${model.resources.map(
  (resource, index) => html`<fieldset>
<legend>${resourceHeading(resource)}</legend>
${resource.scopes.length > 0 && scopeChoices(resource.identifier, resource.scopes, `scope-${index}`)}
${detailChoices(resource.details ?? [], `detail-${index}`)}
</fieldset>`,
)}
${openid(model)}
${wishes(model)}
<div class="field across"><label for="duration">${words.howLong}</label>
<select id="duration" name="duration">${model.durations.map(
  (seconds) =>
    html`<option value="${seconds}"${seconds === model.duration && html` selected`}>${durationPhrase(seconds)}</option>`,
)}</select></div>
${delegableTo(model.delegableTo)}`;

/** Rights of another party than the requester: under their own heading, after all rights of the app, and never ticked. */
const wishes = ({ wishes: all = [], requester }: ConsentModel): Html | undefined =>
  all.length === 0
    ? undefined
    : html`<section class="wishes" aria-labelledby="wishes"><h2 id="wishes">${words.wishes}</h2>
<p class="hint">${words.wishesExplained(chosenName(requester.name))}</p>
${all.map(
  ({ agent, resource, scopes, mostSeconds, isNewOwner }, index) => html`<fieldset>
<legend>${words.wishOf(chosenName(agent.name), chosenName(requester.name))}<br>${resourceHeading(resource)}</legend>
<p class="hint">${agentWords.ownedBy(isolated(agent.ownerName))}, ${agentWords.environments[agent.environment]} <code>${plainText(agent.id, 80)}</code></p>
${isNewOwner && html`<p class="hint">${words.wishOfNewOwner}</p>`}
${wishChoices(scopes, `wish-${index}`)}
${mostSeconds !== undefined && html`<p class="hint">${words.wishAtMost(durationPhrase(mostSeconds))}</p>`}
</fieldset>`,
)}</section>`;

const openid = ({ openidScopes: scopes, earlier }: ConsentModel): Html | undefined => {
  // On a page that also has what is allowed already, the new ones are marked as rights of an API are.
  const mark = (name: string): Html | undefined =>
    earlier?.fresh.includes(words.openidScopes[name] ?? name) === true
      ? html` <span class="marks"><span class="tag new">${scopeWords.isNew}</span></span>`
      : undefined;
  return scopes.length === 0
    ? undefined
    : html`<fieldset><legend>${words.aboutYou}</legend><ul class="choices">${
        scopes.includes('openid') &&
        html`<li class="fixed"><input type="hidden" name="openid" value="openid"><span class="does">${words.openidScopes['openid']}</span>${mark('openid')}</li>`
      }${scopes
        .filter((name) => name !== 'openid')
        .map(
          (name) =>
            html`<li><input type="checkbox" id="openid-${name}" name="openid" value="${name}" checked><label for="openid-${name}"><span class="does">${words.openidScopes[name] ?? name}</span></label>${mark(name)}</li>`,
        )}</ul></fieldset>`;
};

const delegableTo = (model: ConsentModel['delegableTo']): Html | undefined =>
  model === undefined || model.agents.length === 0
    ? undefined
    : html`<details><summary>${words.delegableTo} <span class="hint">${words.notUnlessYouChoose}</span></summary>
<fieldset><legend class="unseen">${words.delegableToAgents}</legend>
<p class="hint">${words.delegatedFurther}</p>
<ul class="choices">${model.agents.map(
        (agent, index) =>
          html`<li><input type="checkbox" id="pass-${index}" name="delegable_to" value="${agent.choice ?? agent.id}"><label for="pass-${index}"><span class="does">${chosenName(agent.name)}</span> <span class="hint">${agentWords.ownedBy(isolated(agent.ownerName))}, ${agentWords.environments[agent.environment]}</span></label></li>`,
      )}</ul>
<div class="field"><label for="delegable-depth">${words.delegableDepth}</label>
<select id="delegable-depth" name="delegable_depth">${Array.from({ length: model.maxDepth }, (_, index) => html`<option value="${index + 1}">${index + 1}</option>`)}</select></div>
</fieldset></details>`;
