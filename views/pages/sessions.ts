import { chosenName, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { browserText, type ShownBrowserHint } from '../partials/browser-text.ts';
import { type Item, itemList } from '../partials/item-list.ts';
import { submit } from '../partials/submit.ts';
import { agoText, timeText } from '../time-text.ts';
import { sessionWords as words } from '../words/sessions.ts';
import { wordOf } from '../words/word-of.ts';

export type ShownSession = {
  readonly isThis: boolean;
  readonly browser?: ShownBrowserHint;
  /** It says that it is on a phone or a tablet. */
  readonly isHandheld?: boolean;
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

export const sessionsPage = (model: SessionsModel): Html => {
  const here = model.sessions.filter(({ isThis }) => isThis);
  const others = model.sessions.filter(({ isThis }) => !isThis);
  return layout({
    frame: model,
    title: words.title,
    side: accountNavigation(model, 'sessions'),
    style: 'account.css',
    width: 'wide',
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>
${model.isCut && html`<p class="flash warning" role="note">${words.more(model.sessions.length)}</p>`}
${here.length > 0 && html`<section aria-labelledby="here"><h2 id="here">${words.here}</h2>${list(here, model.csrf)}</section>`}
${others.length > 0 && html`<section aria-labelledby="others"><div class="row section-head"><h2 id="others">${words.others(others.length)}</h2>${model.endOthersAction !== undefined && button(model.endOthersAction, model.csrf, words.endOthers, 'plain')}</div>${list(others, model.csrf)}</section>`}
<p class="hint">${words.whatEnds}</p>
<section class="actions">${button(model.endAllAction, model.csrf, words.endAll, 'danger')}</section>`,
  });
};

const button = (action: string, csrf: string, text: Text, kind: 'danger' | 'plain'): Html =>
  html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrf}">${submit({ text, kind })}</form> `;

const list = (sessions: readonly ShownSession[], csrf: string): Html =>
  itemList(sessions.map((session) => item(session, csrf, sessions.filter(isLike(session)).length > 1)));

const isLike =
  ({ browser: one }: ShownSession) =>
  ({ browser: other }: ShownSession): boolean =>
    one?.family === other?.family && one?.system === other?.system;

/** `isOneOfSeveral`: the list has another browser of the same name. */
const item = (session: ShownSession, csrf: string, isOneOfSeveral: boolean): Item => {
  const { isThis, browser, isHandheld, usedAt, startedAt, authTime, source, seenFrom, apps, endAction } = session;
  return {
    icon: isHandheld ? 'phone' : 'computer',
    title: browserText(browser),
    tags: isThis && html`<span class="tag good">${words.thisOne}</span>`,
    facts: [
      html`${words.lastUsed} ${agoText(usedAt)}${source !== undefined && html` · ${words.from} ${from(source, seenFrom)}`}`,
      html`${words.signedIn} ${signedIn(session)}${startedAt !== authTime && html` · ${words.since} ${timeText(startedAt)}`}`,
      ...(apps.length === 0 ? [] : [html`${words.apps} ${listed(apps)}`]),
    ],
    acts: html`<form method="post" action="${endAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({
      ...{ text: words.end, kind: 'plain' },
      about: html`${browserText(browser)}${isOneOfSeveral && words.signedInAt(timeText(authTime))}`,
    })}</form>`,
  };
};

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
    ...new Set(amr.flatMap((one) => wordOf(FACTORS, one) ?? [])),
  ];
  const how = parts.map((part, index) => html`${index > 0 && words.and}${part}`);
  return how.length === 0 ? timeText(authTime) : words.signedInWith(timeText(authTime), how);
};

const listed = (names: readonly string[]): Html =>
  html`${names.map((name, index) => html`${index > 0 && ', '}${chosenName(name)}`)}`;
