import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type View } from '../html.ts';
import { rightChoices, wishChoices } from '../partials/rights-list.ts';
import { resourceHeading } from '../partials/scope-list.ts';
import { tickList } from '../partials/tick-list.ts';
import { durationPhrase, durationText } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { consentChoiceWords as words } from '../words/consent.ts';
import { scopeWords } from '../words/scope.ts';
import { wordOf } from '../words/word-of.ts';
import type { ConsentModel } from './consent-model.ts';

/** All choices by which the person can narrow the request, in order of importance. `reason`: after the permissions. */
export const choices = (model: ConsentModel, reason: HtmlValue): Html => html`${
  isNewAboutYou(model)
    ? html`${openid(model)}${rightsAt(model)}${reason}`
    : html`${rightsAt(model)}${reason}${openid(model)}`
}
${wishes(model)}
<div class="field across"><label for="duration">${words.howLong}</label>
<select id="duration" name="duration">${model.durations.map(
  (seconds) =>
    html`<option value="${seconds}"${seconds === model.duration && html` selected`}>${({ language }: View) => durationText(seconds, language)}</option>`,
)}</select></div>
${delegableTo(model.delegableTo)}`;

/** Whether only what is about the person is new: then it comes first. */
const isNewAboutYou = ({ openidScopes, resources }: ConsentModel): boolean =>
  openidScopes.some(({ isNew }) => isNew) &&
  resources.length > 0 &&
  !resources.some(({ scopes, details = [] }) => [...scopes, ...details].some(({ isNew }) => isNew));

const rightsAt = ({ resources }: ConsentModel): Html =>
  html`${resources.map(
    (resource, index) => html`<fieldset>
<legend>${resourceHeading(resource)}</legend>
${rightChoices(resource, `right-${index}`, { saysOff: true })}
</fieldset>`,
  )}`;

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

const openid = ({ openidScopes: scopes }: ConsentModel): Html | undefined =>
  scopes.length === 0
    ? undefined
    : html`<fieldset><legend>${words.aboutYou}</legend>${tickList(
        scopes
          .toSorted((one, other) => Number(other.name === 'openid') - Number(one.name === 'openid'))
          .map(({ name, isNew }) => ({
            ...{ id: `openid-${name}`, name: 'openid', value: name, isChecked: true },
            ...(name === 'openid' ? { isFixed: true as const } : {}),
            label: html`<span class="does">${wordOf(words.openidScopes, name) ?? name}</span>`,
            ...(isNew ? { marks: html`<span class="tag new">${scopeWords.isNew}</span>` } : {}),
          })),
      )}</fieldset>`;

const delegableTo = (model: ConsentModel['delegableTo']): Html | undefined =>
  model === undefined || model.agents.length === 0
    ? undefined
    : html`<details class="further"><summary>${words.delegableTo}<span class="none-chosen">: <span class="hint">${words.noAgentChosen}</span></span></summary>
<fieldset><legend class="unseen">${words.delegableToAgents}</legend>
<p class="hint">${words.delegatedFurther}</p>
${tickList(
  model.agents.map((agent, index) => ({
    ...{ id: `pass-${index}`, name: 'delegable_to', value: agent.choice ?? agent.id, isChecked: false },
    label: html`<span class="does">${chosenName(agent.name)}</span> <span class="hint">${agentWords.ownedBy(isolated(agent.ownerName))}, ${agentWords.environments[agent.environment]}</span>`,
  })),
)}
<div class="field"><label for="delegable-depth">${words.delegableDepth}</label>
<select id="delegable-depth" name="delegable_depth">${Array.from({ length: model.maxDepth }, (_, index) => html`<option value="${index + 1}">${index + 1}</option>`)}</select></div>
</fieldset></details>`;
