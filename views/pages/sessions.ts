import { chosenName, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { browserText, type ShownBrowserHint } from '../partials/browser-text.ts';
import { submit } from '../partials/submit.ts';
import { agoText, timeText } from '../time-text.ts';
import { sessionWords as words } from '../words/sessions.ts';

export type ShownSession = {
  readonly isThis: boolean;
  readonly browser?: ShownBrowserHint;
  /** RFC 8176 values, and our own. */
  readonly amr: readonly string[];
  /** Name of the provider at which the session began. */
  readonly provider?: string;
  /** Epoch seconds. */
  readonly startedAt: number;
  readonly authTime: number;
  readonly usedAt: number;
  /** Network or address of the sign-in, and of the last use. */
  readonly source?: string;
  readonly seenFrom?: string;
  /** Names of the apps to which the user signed in with the session. */
  readonly apps: readonly string[];
  /** POSTs `csrf` there to end the session. */
  readonly endAction: string;
};

export type SessionsModel = PageFrame & {
  readonly csrf: string;
  /** This one first. */
  readonly sessions: readonly ShownSession[];
  /** POSTs `csrf` there; absent without another session. */
  readonly endOthersAction?: string;
  readonly endAllAction: string;
  /** There may be more than the page shows. */
  readonly isCut?: true;
};

export const sessionsPage = (model: SessionsModel): Html =>
  layout({
    frame: model,
    title: words.title,
    side: accountNavigation(model, 'sessions'),
    width: 'wide',
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>
${model.isCut && html`<p class="flash warning" role="note">${words.more(model.sessions.length)}</p>`}
${model.sessions.map((session) => card(session, model.csrf))}
<section class="actions">${
      model.endOthersAction !== undefined && button(model.endOthersAction, model.csrf, words.endOthers)
    }${button(model.endAllAction, model.csrf, words.endAll, model.endOthersAction === undefined ? 'danger' : 'plain')}</section>
<p class="hint">${words.whatEnds}</p>`,
  });

const button = (action: string, csrf: string, text: Text, kind: 'danger' | 'plain' = 'danger'): Html =>
  html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrf}">${submit({ text, kind })}</form> `;

/** Of a browser that says nothing of itself, where it is: two of them are told apart. */
const nameOf = (session: ShownSession): Text => {
  const { browser, source, seenFrom = source } = session;
  return isNamedByPlace(session) ? words.unknownAt(plainText(seenFrom ?? '', 64)) : browserText(browser);
};

const isNamedByPlace = ({ browser, source, seenFrom = source }: ShownSession): boolean =>
  browser?.family === undefined && browser?.system === undefined && seenFrom !== undefined;

const card = (session: ShownSession, csrf: string): Html => html`<article class="card">
<div class="row"><div class="agent"><h2>${nameOf(session)}</h2>
<p class="facts">${session.isThis && html`<span class="tag good">${words.thisOne}</span>`}<span>${words.lastUsed} ${agoText(session.usedAt)}</span></p></div>
<form method="post" action="${session.endAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({
  text: words.end,
  kind: 'danger',
  about: nameOf(session),
})}</form></div>
<dl class="facts">
<div><dt>${words.signedIn}</dt><dd>${signedIn(session)}</dd></div>
${session.startedAt !== session.authTime && html`<div><dt>${words.since}</dt><dd>${timeText(session.startedAt)}</dd></div>`}
${session.source !== undefined && !(isNamedByPlace(session) && (session.seenFrom ?? session.source) === session.source) && html`<div><dt>${words.from}</dt><dd>${from(session.source, session.seenFrom)}</dd></div>`}
${session.apps.length > 0 && html`<div><dt>${words.apps}</dt><dd>${listed(session.apps)}</dd></div>`}
</dl></article>`;

const from = (source: string, seenFrom: string | undefined): Text =>
  seenFrom === undefined || seenFrom === source
    ? plainText(source, 64)
    : words.fromThenFrom(plainText(source, 64), plainText(seenFrom, 64));

const FACTORS: Readonly<Record<string, Phrase>> = {
  pwd: words.password,
  otp: words.app,
  hwk: words.passkey,
  swk: words.passkey,
  'urn:behalf:amr:recovery-code': words.recoveryCode,
};

const ELSEWHERE: readonly string[] = ['urn:behalf:amr:upstream', 'urn:behalf:amr:upstream-session'];

/** Time and methods of the sign-in, as text. Leaves out what means nothing to a person. */
const signedIn = ({ amr, provider, authTime }: ShownSession): HtmlValue => {
  const there = provider === undefined ? words.anotherProvider : words.provider(chosenName(provider));
  const parts = [
    ...(amr.some((one) => ELSEWHERE.includes(one)) ? [there] : []),
    ...new Set(amr.flatMap((one) => FACTORS[one] ?? [])),
  ];
  const how = parts.map((part, index) => html`${index > 0 && words.and}${part}`);
  return how.length === 0 ? timeText(authTime) : words.signedInWith(timeText(authTime), how);
};

const listed = (names: readonly string[]): Html =>
  html`${names.map((name, index) => html`${index > 0 && ', '}${chosenName(name)}`)}`;
