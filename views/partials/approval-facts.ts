import { cellText, chosenName, chosenWords, isolated, plainText } from '../agent-text.ts';
import { amountLine } from '../detail-amount.ts';
import { detailSentence } from '../detail-sentence.ts';
import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { andMore } from '../more-text.ts';
import { durationPhrase, timeText } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { approvalChannelWords as channelWords } from '../words/approval-channel.ts';
import { approvalFactWords as words } from '../words/approval-facts.ts';
import { approvalPeopleWords as peopleWords } from '../words/approval-people.ts';
import type { Warning } from '../words/consent.ts';
import { type IntentSource, intentWords } from '../words/intent.ts';
import { scopeWords } from '../words/scope.ts';
import { type AgentFacts, environmentTag, verifiedTag } from './agent-card.ts';
import type { BreakGlassNote } from './break-glass.ts';
import type { DetailItem } from './detail-list.ts';
import { rawText } from './raw-text.ts';
import { hostOf, type ResourceFacts, type Risk, riskBadge, type ScopeItem } from './scope-list.ts';

/** Its state for the viewer. `agreed`: pending, and the viewer has approved; another approver has to approve, too. */
export type ShownState = 'open' | 'agreed' | 'approved' | 'redeemed' | 'unused' | 'denied' | 'cancelled' | 'expired';

/** One action that waits for approvers: everything that an approval covers, and nothing else. */
export type ApprovalFacts = {
  /** `apv_…` */
  readonly id: string;
  readonly href: string;
  readonly state: ShownState;
  /** Channel it was requested through. */
  readonly channel: 'token_exchange' | 'backchannel' | 'access_request';
  readonly risk: Risk;
  readonly resource: ResourceFacts;
  readonly scopes: readonly ScopeItem[];
  readonly details: readonly DetailItem[];
  /** Names of scopes and types that are no longer declared. An action with one of them cannot be approved. */
  readonly unreadable: readonly string[];
  /** The details as raw text; empty without details. */
  readonly exact: readonly string[];
  /** Whether the sentence leaves out a part that was too long. */
  readonly isCut: boolean;
  readonly agent: AgentFacts;
  /** The agents through which it acts, the last one first; empty if the person delegated to the agent itself. */
  readonly through: readonly AgentFacts[];
  readonly onBehalfOf: { readonly name: string; readonly isYou: boolean };
  /** Epoch seconds. */
  readonly askedAt: number;
  readonly until: number;
  /** When the request escalates to further approvers; absent: never. */
  readonly escalatesAt?: number;
  /** Whether that time has passed. */
  readonly isEscalated?: boolean;
  /** How long an approved request waits for its agent. */
  readonly goodForSeconds: number;
  /** The agent needs the approval only until then, epoch seconds. */
  readonly goodUntil?: number;
  /** When and by whom it was decided. For an approved request: until when its agent may use it. */
  readonly decidedAt?: number;
  readonly decidedBy?: { readonly name: string; readonly isYou: boolean };
  readonly redeemBy?: number;
  /** How many approvals it needs, and who may give them. */
  readonly quorum: number;
  readonly people: readonly {
    readonly name: string;
    readonly isYou: boolean;
    readonly hasAgreed: boolean;
    /** The request needs this approver's approval. */
    readonly isNeeded: boolean;
    /** The deputy who approved for this approver. */
    readonly through?: string;
  }[];
  /** The absent approver for whom the viewer would decide; absent: for themselves. */
  readonly forWhom?: { readonly name: string; readonly until?: number };
  /** Break-glass applies to it, or did. */
  readonly breakGlass?: BreakGlassNote;
  /** The agent's own text for this one request. */
  readonly message?: string;
  /** What its transaction is for, and who vouches for that. */
  readonly intent?: { readonly text: string; readonly source: IntentSource };
  /** In our own text. */
  readonly warnings: readonly Warning[];
  /** When the page is made, epoch seconds. */
  readonly now: number;
};

const VALUE = 300;
/** Members to show beside the sentence. The rest follows below, as raw text. */
export const SHOWN_MEMBERS = 12;

/** What the agent requests: the sentences of the details, else the descriptions of the scopes; and where. */
export const deeds = (approval: ApprovalFacts): Html => html`<div class="deeds ${approval.risk}">
<p class="measure">${riskBadge(approval.risk)} <span>${words.risks[approval.risk]}</span></p>
${deedList(approval)}
<p class="at">${scopeWords.at(isolated(approval.resource.name))} <strong class="host">${hostOf(approval.resource.identifier)}</strong></p>
${exactly(approval)}
</div>`;

/** Each part of it: the sentences of the details, then the scopes with their names. Nothing where the title says it all. */
export const deedList = (approval: ApprovalFacts): Html | undefined => {
  const { details, scopes, unreadable } = approval;
  return isSaid(approval)
    ? undefined
    : html`<ul class="deed-list">${details.map((detail) => html`<li>${sentence(detail)}${members(detail)}</li>`)}${scopes.map(
        (scope) =>
          html`<li class="${details.length > 0 && 'minor'}">${plainText(scope.description, 160) || plainText(scope.name, 80)} <code>${plainText(scope.name, 80)}</code></li>`,
      )}${unreadable.map((name) => html`<li>${words.unreadable(html`<code>${plainText(name, 80)}</code>`)}</li>`)}</ul>`;
};

/** Of one scope, the title of an open request says all but its name. */
const isSaid = ({ state, details, scopes, unreadable }: ApprovalFacts): boolean =>
  state === 'open' && details.length === 0 && scopes.length === 1 && unreadable.length === 0;

/** One line of text with the amount first, for lists and links. */
export const deedTitle = (approval: ApprovalFacts): Html => {
  const [detail] = approval.details;
  return approval.details.length === 1 && detail ? amountLine(detail, deedLine(approval)) : deedLine(approval);
};

/** One line of text, for lists and links. */
export const deedLine = (approval: ApprovalFacts): Html => {
  const [detail] = approval.details;
  const [scope] = approval.scopes;
  const others = approval.details.length + (detail ? 0 : approval.scopes.length) + approval.unreadable.length - 1;
  const first = detail
    ? sentence(detail)
    : cellText(scope?.description ?? scope?.name ?? approval.unreadable[0] ?? '', 160) || words.something;
  return html`${first}${andMore(others)}`;
};

const sentence = ({ sentence: parts }: DetailItem): Html => detailSentence(parts);

const members = ({ more }: DetailItem): Html | undefined =>
  more.length === 0
    ? undefined
    : html`<dl class="members">${more
        .slice(0, SHOWN_MEMBERS)
        .map(
          ({ member, value }) => html`<div><dt>${isolated(member)}</dt><dd>${chosenName(value, VALUE)}</dd></div>`,
        )}${more.length > SHOWN_MEMBERS && html`<div><dt>${words.and}</dt><dd>${words.moreBelow(more.length - SHOWN_MEMBERS)}</dd></div>`}</dl>`;

/** As raw text, so that an approver can read everything that they approve. */
const exactly = ({ id, exact, isCut }: ApprovalFacts): Html | undefined =>
  exact.length === 0
    ? undefined
    : html`<details class="exact"${isCut && html` open`}><summary>${isCut ? words.isCut : words.exactly}</summary>
${rawText(exact, words.allDetails(id))}</details>`;

/**
 * Who, on whose behalf, since when, and the effect of an answer. `folded`: what the page says elsewhere is folded. `usual`:
 * others decide in place of the approvers.
 */
export const facts = (approval: ApprovalFacts, look?: 'folded' | 'usual'): Html =>
  look !== 'folded'
    ? html`<dl class="facts">${background(approval)}${effects(approval, look)}</dl>`
    : html`<dl class="facts">${!isUndecided(approval) && html`<div><dt>${agentWords.agent}</dt><dd>${chosenName(approval.agent.name)}</dd></div>`}${effects(approval)}</dl>
<details class="background"><summary>${words.more}</summary><dl class="facts">${background(approval)}</dl></details>`;

/** Through which agents, on whose behalf, what an approval permits, and who gives it. */
const effects = (approval: ApprovalFacts, look?: 'usual'): Html => {
  const { agent, onBehalfOf, goodForSeconds, goodUntil } = approval;
  return html`${
    approval.through.length > 0 &&
    html`<div><dt>${words.askedThrough}</dt><dd><ol class="through">${approval.through
      .toReversed()
      .map(
        (one) => html`<li>${chosenName(one.name)} <span class="hint">${words.of(isolated(one.ownerName))}</span></li>`,
      )}<li>${chosenName(agent.name)} <span class="hint">${words.wouldAct}</span></li></ol></dd></div>`
  }
<div><dt>${words.for}</dt><dd>${onBehalfOf.isYou ? html`<strong>${words.you}</strong>, ${isolated(onBehalfOf.name)}` : html`<strong>${isolated(onBehalfOf.name)}</strong>`}</dd></div>
${isUndecided(approval) && html`<div><dt>${words.yesIsGood}</dt><dd>${words.onceWithin(durationPhrase(goodForSeconds))}${goodUntil !== undefined && channelWords.goodUntil(timeText(goodUntil))}</dd></div>`}
${people(approval, look === undefined ? peopleWords.decidedBy : peopleWords.usually)}
${isUndecided(approval) && escalation(approval)}`;
};

const background = (approval: ApprovalFacts): Html => {
  const { agent, scopes, askedAt, until } = approval;
  return html`<div><dt>${agentWords.agent}</dt><dd><strong>${chosenName(agent.name)}</strong> ${agent.isVerified && verifiedTag} ${environmentTag(agent.environment)} <code>${plainText(agent.id, 80)}</code></dd></div>
<div><dt>${agentWords.owner}</dt><dd>${isolated(agent.ownerName)}</dd></div>
${isSaid(approval) && html`<div><dt>${words.permission}</dt><dd>${scopes.map(({ name }) => html`<code>${plainText(name, 80)}</code>`)}</dd></div>`}
<div><dt>${words.asked}</dt><dd>${timeText(askedAt)}</dd></div>
<div><dt>${channelWords.askedBy}</dt><dd>${askedBy(approval)}</dd></div>
${isUndecided(approval) && html`<div><dt>${words.decideUntil}</dt><dd>${words.thenOver(timeText(until))}</dd></div>`}`;
};

const askedBy = ({ channel, resource }: ApprovalFacts): HtmlValue =>
  channel === 'access_request' ? channelWords.access_request(isolated(resource.name)) : channelWords[channel];

const isUndecided = ({ state }: ApprovalFacts): boolean => state === 'open' || state === 'agreed';

const escalation = ({ escalatesAt, isEscalated }: ApprovalFacts): Html | undefined =>
  escalatesAt === undefined
    ? undefined
    : html`<div><dt>${peopleWords.further}</dt><dd>${isEscalated ? peopleWords.furtherAsked(timeText(escalatesAt)) : peopleWords.furtherLater(timeText(escalatesAt))}</dd></div>`;

const people = (approval: ApprovalFacts, title: Phrase): Html => {
  const { quorum, people: all } = approval;
  const agreed = all.filter(({ hasAgreed }) => hasAgreed);
  const named = ({ name, isYou }: { readonly name: string; readonly isYou: boolean }): HtmlValue =>
    isYou ? words.you : isolated(name);
  if (quorum === 1 && all.length === 1 && agreed.length === 0)
    return html`<div><dt>${title}</dt><dd>${peopleWords.alone(all.map(named))}</dd></div>`;
  const [one] = agreed;
  if (!isUndecided(approval) && quorum === 1 && agreed.length === 1 && one)
    return html`<div><dt>${title}</dt><dd>${named(one)}${one.through !== undefined && html` <span class="hint">${peopleWords.through(isolated(one.through))}</span>`}</dd></div>`;
  return html`<div><dt>${title}</dt><dd>${peopleWords.agreedSoFar(quorum, agreed.length)}
<ul class="people">${all.map(
    (one) =>
      html`<li>${named(one)} <span class="hint">${one.through !== undefined ? peopleWords.through(isolated(one.through)) : (one.isYou ? peopleWords.you : peopleWords)[one.hasAgreed ? 'agreed' : one.isNeeded && quorum > 1 ? 'hasToAgree' : 'mayAgree']}</span></li>`,
  )}</ul></dd></div>`;
};

/** The agent's text comes after the facts, marked as its own. */
export const agentsWords = ({ message, intent, agent, channel }: ApprovalFacts): Html =>
  html`${intent && chosenWords(intent.text, intentWords.sources[intent.source])}${message !== undefined && chosenWords(message, channel === 'access_request' ? channelWords.serviceSays : words.says)}${chosenWords(agent.purpose, channel === 'access_request' ? channelWords.purpose : agentWords.purpose)}`;
