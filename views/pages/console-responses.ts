import { anyName, chosenName } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Text } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import {
  type Column,
  commaList,
  confirmPage,
  factList,
  type ListModel,
  listPage,
  table,
} from '../partials/console-list.ts';
import { type Evidence, evidenceCard } from '../partials/evidence.ts';
import { linkedName, type NamedLink } from '../partials/named-link.ts';
import { type ObjectAction, objectPage } from '../partials/object-page.ts';
import type { TypedConfirmation } from '../partials/typed-confirmation.ts';
import { agoText, timeText } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { responseWords as words } from '../words/console-responses.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';

export type ResponseFact = keyof typeof words.facts;
export type ResponseAct = keyof typeof words.acts;
/** A fact and the number that it has, or has to reach. `atLeast`: the bound that it crossed. */
export type FactValue = { readonly fact: ResponseFact; readonly value: number; readonly atLeast?: number };

export type ResponseRuleRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly act: ResponseAct;
  /** Of a restricting act, if the rule names them. */
  readonly hours?: number;
  readonly when: readonly FactValue[];
  readonly environments: readonly (keyof typeof agentWords.environments)[];
  readonly state: keyof typeof words.ruleStates;
  /** On how many agents the last replay says that it would have acted; absent: it was not replayed. */
  readonly acted?: number;
};

/** Before a bound; the line does not end between the two. */
const AT_LEAST = '≥\u00a0';

type RestrictingAct = keyof typeof words.restrictedLong;
const isRestricting = (act: ResponseAct): act is RestrictingAct => Object.hasOwn(words.restrictedLong, act);
const USUAL_HOURS = 24;

const actText = ({ act, hours = USUAL_HOURS }: Pick<ResponseRuleRow, 'act' | 'hours'>): HtmlValue =>
  isRestricting(act) ? html`${words.acts[act]}, ${words.forHours(hours)}` : words.acts[act];

const factTexts = (values: readonly FactValue[], sign: HtmlValue = ''): HtmlValue =>
  values.map(
    ({ fact, value, atLeast }) =>
      html`<span class="line">${words.facts[fact]}: <strong>${sign}${String(value)}</strong>${
        atLeast === undefined ? '' : html` (${words.bound(atLeast)})`
      }</span>`,
  );

const RULE_LOOKS = { draft: 'warn', active: 'good' } as const;
const ruleTag = (state: ResponseRuleRow['state']): Html =>
  html`<span class="tag ${RULE_LOOKS[state]}">${words.ruleStates[state]}</span>`;

const RULE_COLUMNS: readonly Column<ResponseRuleRow>[] = [
  { title: words.name, cell: ({ href, name }) => html`<a href="${href}">${chosenName(name, 100)}</a>` },
  { title: registerWords.state, cell: ({ state }) => ruleTag(state) },
  { title: words.act, cell: actText },
  { title: words.when, cell: ({ when }) => factTexts(when, AT_LEAST) },
  {
    title: words.wouldHave,
    cell: ({ acted }) => (acted === undefined ? words.notReplayed : words.agents(acted)),
  },
];

export const responseRulesPage = (model: ListModel<ResponseRuleRow>): Html =>
  listPage(model, {
    ...{ place: 'response-rules', title: words.rules, lead: words.rulesLead, columns: RULE_COLUMNS },
    ...{ none: words.noRules, pagesLabel: listWords.pagesOf.responseRules, newText: words.make },
  });

export type ReplayedAgentRow = {
  readonly agent: NamedLink;
  readonly at: number;
  readonly values: readonly FactValue[];
  /** Tokens for what was new to it, after the rule would have restricted it. */
  readonly outside: number;
};

export type ReplayModel = {
  readonly at: number;
  readonly events: number;
  readonly seen: number;
  readonly acted: number;
  readonly most: number;
  readonly outside: number;
  /** The first 50. */
  readonly agents: readonly ReplayedAgentRow[];
  readonly isCut: boolean;
  readonly isArchived: boolean;
};

const OUTSIDE: Column<ReplayedAgentRow> = {
  title: words.outside,
  cell: ({ outside }) => words.tokens(outside),
};
const AGENT_COLUMNS: readonly Column<ReplayedAgentRow>[] = [
  { title: words.agent, cell: ({ agent }) => linkedName(agent) },
  { title: words.at, cell: ({ at }) => timeText(at) },
  { title: words.values, cell: ({ values }) => factTexts(values) },
];

/** What a rule would have done, below a heading. */
const replayed = (replay: ReplayModel | undefined, act: ResponseAct): Html =>
  html`<section aria-labelledby="replay"><h2 id="replay">${words.replayTitle}</h2>${
    replay === undefined
      ? html`<p class="empty">${words.replayMissing}</p>`
      : html`<p>${words.replaySaid({ ...replay, at: agoText(replay.at) })}${isRestricting(act) && html` ${words.outsideSaid[act](replay.outside)}`}</p>
${replay.isCut && html`<p>${words.replayCut}</p>`}${replay.isArchived && html`<p>${words.replayArchived}</p>`}
${replay.agents.length > 0 && table(isRestricting(act) ? [...AGENT_COLUMNS, OUTSIDE] : AGENT_COLUMNS, replay.agents, 'replay')}`
  }</section>`;

export type ResponseRuleModel = ConsoleFrame & {
  readonly rule: ResponseRuleRow & {
    readonly createdAt: number;
    readonly updatedAt: number;
    readonly activated?: { readonly byName: Text; readonly at: number };
    readonly replay?: ReplayModel;
  };
  readonly actions: readonly (ObjectAction | false)[];
  readonly auditLogHref?: string;
};

const environmentsOf = ({ environments }: ResponseRuleRow): HtmlValue =>
  environments.length === 0 ? words.all : commaList(environments.map((one) => agentWords.environments[one]));

export const responseRulePage = (model: ResponseRuleModel): Html => {
  const { rule } = model;
  const { activated } = rule;
  return objectPage(model, {
    ...{ place: 'response-rules', title: words.rule, name: rule.name, id: rule.id, actions: model.actions },
    state: ruleTag(rule.state),
    further: replayed(rule.replay, rule.act),
    facts: [
      [words.when, factTexts(rule.when, AT_LEAST)],
      [words.act, actText(rule)],
      [words.environments, environmentsOf(rule)],
      activated && [words.activatedBy, html`${anyName(activated.byName)}, ${timeText(activated.at)}`],
      [registerWords.made, timeText(rule.createdAt)],
      rule.updatedAt !== rule.createdAt && [registerWords.changed, timeText(rule.updatedAt)],
    ],
    ...(model.auditLogHref === undefined ? {} : { auditLogHref: model.auditLogHref }),
  });
};

/** Shows what the rule would have done, and asks. The form POSTs `csrf` and `version`. */
export const activateRulePage = (
  frame: ConsoleFrame,
  { rule, version }: { readonly rule: ResponseRuleModel['rule']; readonly version: number },
): Html =>
  confirmPage(frame, {
    ...{
      place: 'response-rules',
      title: words.activateTitle,
      lead: isRestricting(rule.act) ? words.activateRestricting : words.activateLead,
    },
    version,
    question: words.activateAsked(chosenName(rule.name, 100)),
    more: html`${factList([
      [words.when, factTexts(rule.when, AT_LEAST)],
      [words.act, actText(rule)],
      [words.environments, environmentsOf(rule)],
    ])}${replayed(rule.replay, rule.act)}`,
    ...{ kind: 'primary', button: words.activate, action: `${rule.href}/activate`, cancelHref: rule.href },
  });

export const removeResponseRulePage = (
  frame: ConsoleFrame,
  href: string,
  typed: TypedConfirmation,
  { name }: { readonly name: string },
): Html =>
  confirmPage(frame, {
    ...{ place: 'response-rules', title: words.removeTitle, question: words.removeAsked(chosenName(name, 100)) },
    ...{ lead: words.removeLead, isNarrow: true, typed },
    ...{ button: words.remove, action: `${href}/delete`, cancelHref: href },
  });

export type ResponseRow = {
  readonly id: string;
  readonly href: string;
  readonly agent: NamedLink;
  readonly ownerName: string;
  readonly rule: NamedLink;
  readonly act: ResponseAct;
  readonly state: keyof typeof words.states;
  readonly isBraked: boolean;
  readonly isAlready: boolean;
  /** Until when the agent is restricted. */
  readonly until?: number;
  readonly values: readonly FactValue[];
  readonly at: number;
};

const LOOKS = { begun: 'warn', open: 'warn', notified: 'off', lifted: 'gone', expired: 'gone' } as const;

/** What an open response does to the agent. */
const stateText = ({ state, act, isBraked, isAlready }: ResponseRow): HtmlValue => {
  if (isBraked) return words.braked;
  if (isAlready) return words.already;
  return state === 'open' && isRestricting(act) ? words.restricted : words.states[state];
};
const stateTag = (response: ResponseRow): Html =>
  html`<span class="tag ${LOOKS[response.state]}">${stateText(response)}</span>`;

const COLUMNS: readonly Column<ResponseRow>[] = [
  {
    title: words.response,
    cell: ({ href, agent, values }) =>
      html`<a href="${href}">${chosenName(agent.name, 100)}</a><span class="line hint">${factTexts(values)}</span>`,
  },
  { title: registerWords.state, cell: stateTag },
  { title: words.rule, cell: ({ rule }) => linkedName(rule) },
  { title: words.owner, cell: ({ ownerName }) => anyName(ownerName) },
  { title: words.at, cell: ({ at }) => agoText(at) },
];

export const responsesPage = (model: ListModel<ResponseRow>): Html =>
  listPage(model, {
    ...{ place: 'responses', title: words.title, lead: words.lead, columns: COLUMNS, none: words.none },
    pagesLabel: listWords.pagesOf.responses,
    states: (['open', 'notified', 'lifted', 'expired'] as const).map((value) => ({
      value,
      text: value === 'open' ? words.openStates : words.states[value],
    })),
  });

export type ResponseModel = ConsoleFrame & {
  readonly response: ResponseRow & {
    readonly evidence: Evidence;
    /** To what the agent is restricted. Without a member: that does not limit it. */
    readonly past?: { readonly resources?: readonly string[]; readonly people?: number };
    /** The audit log of the agent, from an hour before the response. Absent: not permitted to the viewer. */
    readonly beforeHref?: string;
    readonly lifted?: { readonly byName?: Text; readonly at: number };
  };
  readonly actions: readonly (ObjectAction | false)[];
  readonly auditLogHref?: string;
};

const apiTexts = (apis: readonly string[]): HtmlValue =>
  apis.length === 0 ? words.noApi : apis.map((api) => html`<span class="line">${anyName(api)}</span>`);

/** What the page says first. */
const firstOf = ({ isBraked, isAlready, state, act }: ResponseRow): HtmlValue | undefined => {
  if (isBraked) return words.brakedLong;
  if (isAlready) return words.alreadyLong;
  if (state !== 'open') return undefined;
  return isRestricting(act) ? words.restrictedLong[act] : undefined;
};

export const responsePage = (model: ResponseModel): Html => {
  const { response } = model;
  const { lifted, past, until } = response;
  const first = firstOf(response);
  const headings = isRestricting(response.act) ? { ...words.headings, ...words.restrictedHeadings } : words.headings;
  return objectPage(model, {
    ...{ place: 'responses', title: words.response, name: response.agent.name, id: response.id },
    heading: headings[response.state](chosenName(response.agent.name, 100)),
    state: stateTag(response),
    actions: model.actions,
    ...(first === undefined ? {} : { first: html`<p class="lead">${first}</p>` }),
    facts: [
      [words.why, factTexts(response.values)],
      [words.agent, linkedName(response.agent)],
      [words.owner, anyName(response.ownerName)],
      [words.rule, linkedName(response.rule)],
      [words.act, words.acts[response.act]],
      past && [words.pastApis, past.resources ? apiTexts(past.resources) : words.anyApi],
      past && [words.pastPeople, past.people === undefined ? words.anyPeople : words.people(past.people)],
      [words.at, timeText(response.at)],
      until !== undefined && [words.until, timeText(until)],
      lifted && [words.liftedAt, timeText(lifted.at)],
      lifted?.byName !== undefined && [words.liftedBy, anyName(lifted.byName)],
    ],
    further: evidenceCard(
      response.evidence,
      html`<p class="row">${response.beforeHref !== undefined && html`<a href="${response.beforeHref}">${words.before}</a>`} ${model.auditLogHref !== undefined && html`<a href="${model.auditLogHref}">${words.itsEvents}</a>`}</p>`,
    ),
    ...(response.evidence.length > 0 || model.auditLogHref === undefined ? {} : { auditLogHref: model.auditLogHref }),
  });
};
