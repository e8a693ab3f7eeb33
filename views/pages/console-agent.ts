import { chosenName, chosenWords, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import { layout } from '../layout.ts';
import { environmentTag, verifiedTag } from '../partials/agent-card.ts';
import { lastUse } from '../partials/agent-rows.ts';
import { stateTag } from '../partials/agent-state.ts';
import { consoleTabs } from '../partials/console-frame.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { credentials, instances, timeline } from './console-agent-facts.ts';
import { effect } from './console-effect.ts';
import type { AgentPageModel, StopReason } from './console-model.ts';
import { acceptance } from './console-overview.ts';

/** Buttons POST `csrf` to their action, and `version` where there is one. */
export const agentPage = (model: AgentPageModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: 'Agent',
    width: 'wide',
    body: html`<div class="page-head"><h1>${chosenName(model.agent.name)}</h1>
<p class="facts">${stateTag(model.agent.state, model.agent.isStopped)}${model.agent.isVerified && verifiedTag}${environmentTag(model.agent.environment)} <span>owned by ${isolated(model.agent.ownerName)}</span> <code>${plainText(model.agent.id, 80)}</code></p>
${consoleTabs(model, 'agents', false)}</div>
${state(model)}
${who(model)}
${effect(model)}
${credentials(model)}
${instances(model)}
${timeline(model)}`,
  });

const STOPS: Readonly<Record<StopReason, string>> = {
  pending: 'Its owner has not accepted it yet.',
  suspended: 'It is suspended.',
  orphaned: 'Nobody answers for it: its owner is gone. It is frozen until a new owner accepts it.',
  retired: 'It is retired for good.',
  owner_gone: 'Nobody answers for it any more: its owner is gone.',
  expired: 'Its time is over.',
  emergency: 'It was stopped in an emergency.',
  blueprint_unknown: 'Its blueprint is not there, or was never activated.',
  environment_not_allowed: 'Its blueprint does not allow its environment.',
  composition_not_allowed: 'Its blueprint does not allow what it is made of.',
  authentication_not_allowed: 'Its blueprint allows none of the ways in which it proves itself.',
};

const state = (model: AgentPageModel): Html => html`<section aria-labelledby="state" class="card"><h2 id="state">${
  model.stops.length === 0 ? 'It works' : 'Nothing works for it'
}</h2>
${model.stops.map((stop) => html`<p>${STOPS[stop]}</p>`)}
<p class="hint">Last use: ${lastUse(model.agent.lastUsedAt)}.${model.expiresAt !== undefined && html` Ends ${timeText(model.expiresAt)}.`}${
  model.offeredTo !== undefined && html` Offered to ${isolated(model.offeredTo)}, who has not accepted it yet.`
}</p>
${model.waiting && acceptance(model.waiting, model.csrf)}
${model.actions && buttons(model, model.actions)}</section>`;

const buttons = (model: AgentPageModel, actions: NonNullable<AgentPageModel['actions']>): Html | undefined => {
  const { suspend, resume, handOver, withdraw, retire, edit } = actions;
  const about = plainText(model.agent.name, 60);
  const isOrphan = model.agent.state === 'orphaned';
  if (!suspend && !resume && !handOver && !withdraw && !retire) return undefined;
  return html`<div class="actions">
${suspend !== undefined && post(suspend, model.csrf, submit({ text: 'Suspend', kind: 'strong', about }))}
${resume !== undefined && post(resume, model.csrf, submit({ text: 'Resume', about }))}
${withdraw && post(withdraw.action, model.csrf, submit({ text: 'Take the offer back', kind: 'plain', about }), withdraw.version)}
${edit !== undefined && html`<a class="button plain" href="${edit}">Change<span class="unseen"> ${about}</span></a>`}
${handOver !== undefined && html`<a class="button ${isOrphan ? 'primary' : 'plain'}" href="${handOver}">${isOrphan ? 'Offer to a new owner' : 'Hand over'}<span class="unseen"> ${about}</span></a>`}
${retire !== undefined && html`<a class="button danger" href="${retire}">Retire<span class="unseen"> ${about}</span></a>`}
</div>`;
};

const post = (action: string, csrf: string, button: Html, version?: number): Html =>
  html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrf}">${
    version !== undefined && html`<input type="hidden" name="version" value="${version}">`
  }${button}</form>`;

const who = (
  model: AgentPageModel,
): Html => html`<section aria-labelledby="who" class="card"><h2 id="who">Who it is</h2>
${chosenWords(model.agent.purpose, 'Its purpose, in its own words', 400)}
<dl class="facts">
${fact('Owner', html`${isolated(model.agent.ownerName)}${model.ownerUsername !== undefined && html` <code>${plainText(model.ownerUsername, 80)}</code>`}`)}
${model.sponsorName !== undefined && fact('Sponsor', isolated(model.sponsorName))}
${model.uses.length > 0 && fact('May be used for', list(model.uses))}
${fact('Environment', model.agent.environment)}
${model.blueprint && fact('Blueprint', html`${isolated(model.blueprint.name)}, version ${model.blueprint.version} <code>${plainText(model.blueprint.id, 80)}</code>`)}
${model.provider !== undefined && fact('Made by', isolated(model.provider, 200))}
${model.contact !== undefined && fact('Contact', isolated(model.contact, 254))}
${model.redirectUris.length > 0 && fact('Sends people back to', list(model.redirectUris))}
${fact('Registered', timeText(model.createdAt))}
${model.acceptedAt !== undefined && fact('Accepted', timeText(model.acceptedAt))}
${model.composition && fact('Made of', composition(model.composition))}
</dl></section>`;

const composition = (
  made: NonNullable<AgentPageModel['composition']>,
): Html => html`version ${made.version}, declared ${timeText(made.declaredAt)}
${made.model !== undefined && html`<span class="line">Model ${isolated(made.model, 200)}</span>`}${
  made.prompt !== undefined && html`<span class="line">Prompt ${isolated(made.prompt, 200)}</span>`
}${made.tools.length > 0 && html`<span class="line">Tools ${made.tools.slice(0, 20).map((tool, index) => html`${index > 0 && ', '}${isolated(tool)}`)}${made.tools.length > 20 && ' and more'}</span>`}<code class="line">${plainText(made.digest, 80)}</code>`;

const fact = (name: string, value: HtmlValue): Html => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

const list = (texts: readonly string[]): Html =>
  html`<ul class="plain-list">${texts.map((text) => html`<li>${isolated(text, 200)}</li>`)}</ul>`;
