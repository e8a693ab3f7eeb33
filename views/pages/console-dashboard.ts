/** Figures of the whole server, for the overview of an account that may see all of it. */
import { isolated } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { barList, columnChart, dayBars } from '../partials/charts.ts';
import type { Count } from '../partials/count-bar.ts';
import { figureTiles } from '../partials/figure-tiles.ts';
import { dayPhrase, durationPhrase, hourPhrase, numberPhrase } from '../time-text.ts';
import { eventPhrase } from '../words/audit-events.ts';
import { consoleApprovalsWords as approvalWords } from '../words/console-approvals.ts';
import { dashboardWords as words } from '../words/console-dashboard.ts';

export type PendingFigures = {
  readonly count: number;
  /** Whether there are more than were counted. */
  readonly isMore: boolean;
  /** `href`: what waits, beginning with those of this age. */
  readonly ages: readonly { readonly name: keyof typeof words.ages; readonly count: number; readonly href: string }[];
  readonly href: string;
};

/** A person who decides. Links are there for a viewer who may follow them: to the person, and to their decisions. */
export type Decider = {
  readonly name: string;
  readonly perDay: readonly number[];
  readonly total: number;
  readonly href?: string;
  readonly decisionsHref?: string;
};

export type LoadFigures = {
  /** Of all people, the oldest first. `from`: start of a day, epoch seconds. */
  readonly days: readonly { readonly from: number; readonly count: number; readonly href?: string }[];
  readonly decisions: number;
  readonly medianSeconds?: number;
  /** From 0 to 1. */
  readonly quickShare?: number;
  /** Set when only this many of the newest approvals were counted. */
  readonly countedOnly?: number;
  readonly people: readonly Decider[];
  readonly href: string;
};

export type RefusalFigures = {
  readonly span: 'days' | 'hours';
  /** The oldest first. `from` is epoch seconds. */
  readonly spans: readonly {
    readonly from: number;
    readonly refused: number;
    readonly granted: number;
    /** Its refusals in the audit log, for an account that may read them. */
    readonly href?: string;
  }[];
  /** The most frequent. `href`: those in the audit log, for an account that may read it. */
  readonly kinds: readonly { readonly type: string; readonly count: number; readonly href?: string }[];
  /** Refusals of other kinds. */
  readonly others: number;
  /** All refusals, for an account that may read the audit log. */
  readonly refusedHref?: string;
  /** Absent: not permitted to the viewer. */
  readonly auditLogHref?: string;
  /** The same page with each period. */
  readonly hrefs: Readonly<Record<'days' | 'hours', string>>;
};

export type Dashboard = {
  /** For an account that may see the approvals of all accounts. */
  readonly approvals?: { readonly pending: PendingFigures; readonly load: LoadFigures };
  readonly refusals: RefusalFigures;
  /** The page that simulates a decision; absent: not permitted to the viewer. */
  readonly tryHref?: string;
};

/** If this share of a week's approvals took almost no time, it is a habit; fewer may be chance. */
const TOO_MANY_QUICK = 0.2;
const ENOUGH_DECISIONS = 5;

/** What an operator looks for first: agents, use, refusals, and what waits. `states`: agents by state. */
export const dashboardTiles = (
  { approvals, refusals }: Dashboard,
  states: readonly Count[],
  isOnlySome: boolean,
): Html => {
  const { span, spans: all, auditLogHref } = refusals;
  const total = (of: 'refused' | 'granted'): number => all.reduce((sum, one) => sum + one[of], 0);
  const [granted, refused] = [total('granted'), total('refused')];
  const time = span === 'days' ? words.inDays(all.length) : words.inHours(all.length);
  const active = states.find(({ name }) => name === 'active');
  const living = states.reduce((sum, { name, count }) => sum + (name === 'retired' ? 0 : count), 0);
  const more = (isMore: boolean): string => (isMore ? '+' : '');
  const inLog = (outcome: string) => (auditLogHref === undefined ? {} : { href: `${auditLogHref}?outcome=${outcome}` });
  return figureTiles(words.tiles.name, [
    {
      figure: html`${numberPhrase(active?.count ?? 0)}${more(isOnlySome)}`,
      ...{ label: words.tiles.agents, note: words.tiles.ofAll(html`${numberPhrase(living)}${more(isOnlySome)}`) },
      ...(active === undefined ? {} : { href: active.href }),
    },
    { figure: numberPhrase(granted), label: words.tiles.granted, note: time, ...inLog('granted') },
    {
      ...{ figure: numberPhrase(refused), label: words.tiles.refused, ...inLog('refused') },
      note: refused === 0 ? time : words.tiles.share(Math.round((100 * refused) / (granted + refused)), time),
    },
    ...(approvals
      ? [
          {
            figure: html`${numberPhrase(approvals.pending.count)}${more(approvals.pending.isMore)}`,
            ...{ label: words.tiles.waiting, note: words.tiles.waitingNote, href: approvals.pending.href },
            isUrgent: approvals.pending.count > 0,
          },
        ]
      : []),
  ]);
};

export const dashboard = ({ approvals, refusals, tryHref }: Dashboard): Html => html`${
  approvals &&
  html`<section aria-labelledby="approvals"><h2 id="approvals">${words.approvals}</h2>
<div class="card pair">${pending(approvals.pending)}${load(approvals.load, tryHref)}</div></section>`
}
<section aria-labelledby="refusals"><h2 id="refusals">${words.refusals}</h2>
<div class="card">${spans(refusals)}${refused(refusals, tryHref)}</div></section>`;

const pending = ({ count, isMore, ages, href }: PendingFigures): Html =>
  html`<div class="figure"><h3>${words.waitingNow}</h3>${
    count === 0
      ? html`<p class="empty">${words.nothingWaits}</p>`
      : html`<p class="big-figure">${words.waiting(numberPhrase(count), isMore, count === 1)}</p>
${barList({
  label: words.byAge,
  kind: 'pending',
  bars: ages.map(({ name, count: some, href: those }) => ({ text: words.ages[name], count: some, href: those })),
})}
<p><a href="${href}">${words.lookAtWaiting}</a></p>`
  }</div>`;

const load = (figures: LoadFigures, tryHref: string | undefined): Html => {
  const { days, decisions, medianSeconds, quickShare = 0, people, countedOnly, href } = figures;
  const title = words.load(days.length);
  return html`<div class="figure"><h3>${title}</h3>${
    decisions === 0
      ? html`<p class="empty">${words.noDecisions(tryHref)}</p>`
      : html`<ul class="figures">
<li><strong>${numberPhrase(decisions)}</strong> <span>${approvalWords.made}</span></li>
<li><strong>${medianSeconds !== undefined && durationPhrase(medianSeconds)}</strong> <span>${words.median}</span></li>
<li><strong>${Math.round(quickShare * 100)} %</strong> <span>${words.quickest}</span></li></ul>
${quickShare >= TOO_MANY_QUICK && decisions >= ENOUGH_DECISIONS && html`<p class="flash warning">${words.quick}</p>`}
${columnChart({
  id: 'load',
  title,
  kind: 'active',
  when: words.day,
  heads: [words.decisions],
  columns: days.map(({ from, count, ...link }) => ({ ...link, label: dayPhrase(from), values: [count] })),
})}
${busiest(figures)}
${countedOnly !== undefined && html`<p class="hint">${approvalWords.countedOnly(numberPhrase(countedOnly))}</p>`}`
  }${people.length > 0 && html`<p><a href="${href}">${words.allOfThem}</a></p>`}</div>`;
};

const busiest = ({ people, days }: LoadFigures): Html => {
  const labels = days.map(({ from }) => dayPhrase(from));
  const most = Math.max(1, ...people.flatMap(({ perDay }) => perDay));
  return html`<table class="numbers"><caption>${words.busiest}</caption>
<thead><tr><th scope="col">${approvalWords.person}</th><th scope="col">${words.eachDay}</th><th scope="col">${words.inAll}</th></tr></thead>
<tbody>${people.map(
    (person) =>
      html`<tr><th scope="row">${deciderName(person)}</th><td>${dayBars(person.perDay, labels, most, person.decisionsHref)}</td><td>${numberPhrase(person.total)}</td></tr>`,
  )}</tbody></table>`;
};

export const deciderName = ({ name, href }: Decider): Html =>
  href === undefined ? isolated(name) : html`<a href="${href}">${isolated(name)}</a>`;

const spans = ({ span, spans: all, hrefs }: RefusalFigures): Html => {
  const lengths = { days: span === 'days' ? all.length : 14, hours: span === 'hours' ? all.length : 24 };
  const link = (name: 'days' | 'hours', text: Phrase): Html =>
    html`<a href="${hrefs[name]}"${name === span && html` aria-current="true"`}>${text}</a>`;
  return html`<nav class="segments" aria-label="${words.span}">${link('days', words.days(lengths.days))}${link('hours', words.hours(lengths.hours))}</nav>`;
};

const refused = (
  { span, spans: all, kinds, others, refusedHref }: RefusalFigures,
  tryHref: string | undefined,
): Html => {
  const total = (of: 'refused' | 'granted'): number => all.reduce((sum, one) => sum + one[of], 0);
  if (total('refused') === 0) return html`<p class="empty">${words.noRefusals(tryHref)}</p>`;
  const isByDay = span === 'days';
  return html`<p class="big-figure">${words.refusedOf(numberPhrase(total('refused')), numberPhrase(total('granted')))}</p>
<div class="pair">${columnChart({
    id: 'refused',
    title: isByDay ? words.byDay : words.byHour,
    kind: 'refused',
    when: isByDay ? words.day : words.hour,
    heads: [words.refused, words.granted],
    columns: all.map(({ from, refused: no, granted: yes, href }) => ({
      ...(href === undefined ? {} : { href }),
      label: isByDay ? dayPhrase(from) : hourPhrase(from),
      values: [no, yes],
    })),
  })}
<div class="figure"><h3>${words.byKind}</h3>${barList({
    label: words.byKind,
    kind: 'refused',
    bars: [
      ...kinds.map(({ type, count, href }) => ({
        text: eventPhrase(type),
        count,
        ...(href === undefined ? {} : { href }),
      })),
      ...(others > 0
        ? [{ text: words.otherKinds, count: others, ...(refusedHref === undefined ? {} : { href: refusedHref }) }]
        : []),
    ],
  })}</div></div>`;
};
