import { chosenName, chosenWords, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { environmentTag, verifiedTag } from '../partials/agent-card.ts';
import { type AgentRow, lastUse } from '../partials/agent-rows.ts';
import { stateTag } from '../partials/agent-state.ts';
import { consoleNavigation } from '../partials/console-frame.ts';
import { copyButton } from '../partials/copy-button.ts';
import { headActions, type ObjectLink } from '../partials/object-page.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { agentPageWords as words } from '../words/console-agent.ts';
import { accountSignalWords } from '../words/console-signals.ts';
import { clientWords } from '../words/console-software.ts';
import { type AccountSignalRow, accountSignals } from './account-signals.ts';
import { type AgentFactsModel, credentials, instances, timeline } from './console-agent-facts.ts';
import {
  type CompositionDriftModel,
  type CompositionModel,
  compositionDrift,
  compositionFact,
} from './console-composition.ts';
import { type EffectModel, effect } from './console-effect.ts';
import type { WaitingAgent } from './console-model.ts';
import { type RightsFromPerson, rightsFromPeople } from './console-narrowing.ts';
import { acceptance } from './console-overview.ts';
import { type DelegationTreesModel, delegationTrees } from './delegation-tree.ts';

export type StopReason =
  | 'pending'
  | 'suspended'
  | 'suspended_for_security'
  | 'orphaned'
  | 'retired'
  | 'owner_gone'
  | 'expired'
  | 'emergency'
  | 'blueprint_unknown'
  | 'environment_not_allowed'
  | 'composition_not_allowed'
  | 'authentication_not_allowed';

/** Everything that the page shows of an agent. */
export type AgentPageModel = AgentFactsModel & {
  readonly effect: EffectModel;
  /** Absent: not permitted to the viewer. */
  readonly fromPeople?: { readonly rows: readonly RightsFromPerson[]; readonly allHref?: string };
  /** Absent: not permitted to the viewer. */
  readonly delegationTrees?: DelegationTreesModel;
  readonly agent: AgentRow;
  readonly ownerUsername?: string;
  /** Where to tell the owner. Absent: there is none, or not permitted to the viewer. */
  readonly ownerEmail?: string;
  /** Page of the owner; absent: not permitted to the viewer. */
  readonly ownerHref?: string;
  /** About the owner: what policies see now. Empty: nothing, or not permitted to the viewer. */
  readonly ownerSignals: readonly AccountSignalRow[];
  readonly sponsorName?: string;
  readonly uses: readonly string[];
  readonly provider?: string;
  readonly contact?: string;
  readonly blueprint?: {
    readonly id: string;
    readonly name: string;
    readonly version: number;
    /** Absent: not permitted to the viewer. */
    readonly href?: string;
  };
  readonly composition?: CompositionModel;
  readonly drift?: CompositionDriftModel;
  readonly redirectUris: readonly string[];
  readonly createdAt: number;
  readonly acceptedAt?: number;
  readonly expiresAt?: number;
  /** Absent: the page offers no transfer. */
  readonly offeredTo?: string;
  /** Epoch seconds until which a proposed successor can accept it. */
  readonly offeredUntil?: number;
  /** Successors who were proposed and did not accept it. */
  readonly askedBefore?: readonly string[];
  /** The successor rules name no further successor. */
  readonly isWithoutSuccessor?: boolean;
  /** Why the agent is blocked; empty for an active agent. */
  readonly stops: readonly StopReason[];
  /** How response rules restrict it now. `href`: the response, if the viewer may see it. */
  readonly restrictions: readonly {
    readonly act: keyof typeof words.restricted;
    readonly until: number;
    readonly href?: string;
  }[];
  readonly waiting?: WaitingAgent;
  /** Absent: the viewer may only read. */
  readonly actions?: {
    readonly suspend?: string;
    readonly resume?: string;
    readonly handOver?: string;
    readonly withdraw?: { readonly action: string; readonly version: number };
    /** Marks the name as verified. */
    readonly verify?: string;
    readonly unverify?: string;
    readonly retire?: string;
    readonly edit?: string;
    /** Links beside the buttons, such as the kill switch. */
    readonly links?: readonly ObjectLink[];
  };
};

/** Buttons POST `csrf` to their action, and `version` if there is one. */
export const agentPage = (model: AgentPageModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'tree.css',
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'agents', false),
    body: html`<div class="page-head"><div class="row"><h1>${chosenName(model.agent.name)}</h1>
${model.actions && buttons(model, model.actions)}</div>
<p class="facts">${stateTag(model.agent.state, model.agent.isStopped)}${model.agent.isVerified && verifiedTag}${environmentTag(model.agent.environment)} <span>${agentWords.ownedBy(isolated(model.agent.ownerName))}</span> <span class="copied"><code>${plainText(model.agent.id, 80)}</code>${copyButton(model.agent.id)}</span></p>
<p class="hint">${words.lastUse(lastUse(model.agent.lastUsedAt))}${model.expiresAt !== undefined && html` ${words.ends(timeText(model.expiresAt))}`}${
      model.offeredTo !== undefined && html` ${words.offeredTo(isolated(model.offeredTo))}`
    }${model.offeredUntil !== undefined && html` ${words.offeredUntil(timeText(model.offeredUntil))}`}${succession(model)}${model.timeline && html` <a href="#timeline">${words.whatItDid}</a>`}</p></div>
${(model.stops.length > 0 || model.waiting) && state(model)}
${restricted(model)}
${model.drift && compositionDrift(model.drift, model.csrf, plainText(model.agent.name, 60))}
${accountSignals(model.ownerSignals, accountSignalWords.ownerLead(isolated(model.agent.ownerName)))}
${who(model)}
${effect(model.effect)}
${rightsFromPeople(model.fromPeople)}
${model.delegationTrees && delegationTrees(model.delegationTrees)}
${credentials(model)}
${instances(model)}
${timeline(model)}`,
  });

const state = (model: AgentPageModel): Html => html`<section aria-labelledby="state" class="card"><h2 id="state">${
  model.stops.length === 0 ? words.asksYou : words.nothingWorks
}</h2>
${model.stops.map((stop) => html`<p>${words.stops[stop]}</p>`)}
${model.waiting && acceptance(model.waiting, model.csrf)}</section>`;

const restricted = ({ restrictions }: AgentPageModel): Html | false =>
  restrictions.length > 0 &&
  html`<section aria-labelledby="restricted" class="card"><h2 id="restricted">${words.restrictedTitle}</h2>
${restrictions.map(
  ({ act, until, href }) =>
    html`<p>${words.restricted[act](timeText(until))}${href !== undefined && html` <a href="${href}">${words.restrictedBy}</a>`}</p>`,
)}</section>`;

const succession = ({ askedBefore = [], isWithoutSuccessor }: AgentPageModel): HtmlValue => [
  askedBefore.length > 0 &&
    html` ${words.askedBefore(askedBefore.map((name, index) => html`${index > 0 && ', '}${isolated(name)}`))}`,
  isWithoutSuccessor && html` ${words.withoutSuccessor}`,
];

const buttons = (model: AgentPageModel, actions: NonNullable<AgentPageModel['actions']>): Html | undefined => {
  const { suspend, resume, handOver, withdraw, retire, edit, links = [] } = actions;
  const about = plainText(model.agent.name, 60);
  const isOrphan = model.agent.state === 'orphaned';
  if (!suspend && !resume && !handOver && !withdraw && !retire) return undefined;
  const link = (text: Phrase, href: string | undefined, kind: 'plain' | 'primary' | 'danger' = 'plain') =>
    href === undefined ? [] : [{ text, href, kind }];
  // Of an orphan, the offer to a new owner is what it needs most.
  const offer = link(isOrphan ? words.offer : words.handOver, handOver, isOrphan ? 'primary' : 'plain');
  const change = link(words.change, edit);
  return headActions(
    [
      suspend !== undefined && post(suspend, model.csrf, submit({ text: words.suspend, kind: 'plain', about })),
      resume !== undefined && post(resume, model.csrf, submit({ text: words.resume, about })),
      withdraw &&
        post(withdraw.action, model.csrf, submit({ text: words.withdraw, kind: 'plain', about }), withdraw.version),
    ],
    [...(isOrphan ? [...offer, ...change] : [...change, ...offer]), ...link(words.retire, retire, 'danger'), ...links],
    about,
  );
};

const post = (action: string, csrf: string, button: Html, version?: number): Html =>
  html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrf}">${
    version !== undefined && html`<input type="hidden" name="version" value="${version}">`
  }${button}</form>`;

const who = (
  model: AgentPageModel,
): Html => html`<section aria-labelledby="who" class="card"><h2 id="who">${words.who}</h2>
${chosenWords(model.agent.purpose, agentWords.purpose, 400)}
<dl class="facts">
${verification(model)}
${fact(words.facts.owner, html`${linked(model.agent.ownerName, model.ownerHref)}${model.ownerUsername !== undefined && html` <code>${plainText(model.ownerUsername, 80)}</code>`}${model.ownerEmail !== undefined && html` <span class="copied">${isolated(model.ownerEmail, 254)}${copyButton(model.ownerEmail)}</span>`}`)}
${model.sponsorName !== undefined && fact(words.facts.sponsor, isolated(model.sponsorName))}
${model.uses.length > 0 && fact(words.facts.uses, list(model.uses))}
${fact(words.facts.environment, agentWords.environments[model.agent.environment])}
${model.blueprint && fact(words.facts.blueprint, html`${words.blueprint(linked(model.blueprint.name, model.blueprint.href), model.blueprint.version)} <code>${plainText(model.blueprint.id, 80)}</code>`)}
${model.provider !== undefined && fact(words.facts.provider, isolated(model.provider, 200))}
${model.contact !== undefined && fact(words.facts.contact, isolated(model.contact, 254))}
${model.redirectUris.length > 0 && fact(words.facts.redirects, list(model.redirectUris))}
${fact(words.facts.registered, timeText(model.createdAt))}
${model.acceptedAt !== undefined && fact(words.facts.accepted, timeText(model.acceptedAt))}
${model.composition && fact(words.facts.composition, compositionFact(model.composition))}
</dl></section>`;

/** Whether the name is verified, with the button that changes it. Nothing, for a viewer who may not. */
const verification = ({ agent, actions: { verify, unverify } = {}, csrf }: AgentPageModel): Html | undefined => {
  const action = verify ?? unverify;
  if (action === undefined) return undefined;
  const text = verify === undefined ? clientWords.unverify : clientWords.verify;
  return fact(
    words.facts.name,
    html`<span class="copied">${agent.isVerified ? verifiedTag : words.notVerified} ${post(action, csrf, submit({ text, kind: 'quiet', about: plainText(agent.name, 60) }))}</span>`,
  );
};

const fact = (name: Phrase, value: HtmlValue): Html => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

const linked = (name: string, href: string | undefined): Html =>
  href === undefined ? isolated(name) : html`<a href="${href}">${isolated(name)}</a>`;

const list = (texts: readonly string[]): Html =>
  html`<ul class="plain-list">${texts.map((text) => html`<li>${isolated(text, 200)}</li>`)}</ul>`;
