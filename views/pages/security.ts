import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import { LANGUAGE_NAMES, LANGUAGES, type Language } from '../language.ts';
import { layout, type PageFrame } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { type Item, itemList } from '../partials/item-list.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { emailWords } from '../words/email.ts';
import { factorWords, recoveryWords } from '../words/factors.ts';
import { securityWords as words } from '../words/security.ts';

export type ShownFactor = {
  readonly id: string;
  readonly kind: 'totp' | 'passkey' | 'recovery';
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt?: number;
  /** Unused recovery codes. */
  readonly left?: number;
  /** A copy of the key may exist, so it is not accepted. */
  readonly isCopied?: true;
  /** POSTs `csrf` there to remove it. */
  readonly removeAction: string;
};

export type SecurityModel = PageFrame & {
  readonly csrf: string;
  /** The page itself; pages that add factors are below it. */
  readonly path: string;
  /** Whether browsers can use passkeys at this address. */
  readonly hasPasskeys: boolean;
  /** The address of the account, which is absent without one. Absent: the server sends no mails. */
  readonly mail?: { readonly address?: string; readonly isVerified: boolean };
  readonly factors: readonly ShownFactor[];
  /** Upstream providers: the connected ones, and those that the person can connect. */
  readonly connected: readonly ShownConnection[];
  readonly connectable: readonly { readonly id: string; readonly name: string }[];
  readonly hasPassword: boolean;
  /** The person's language. The form POSTs `csrf` and `language` to `path` with `/language`. */
  readonly language: Language;
};

export type ShownConnection = {
  readonly provider: string;
  /** The person's name there. */
  readonly label?: string;
  readonly createdAt: number;
  /** An administrator has switched the provider off. */
  readonly isOff: boolean;
  /** POSTs `csrf` there to remove it. */
  readonly removeAction: string;
};

export const securityPage = (model: SecurityModel): Html =>
  layout({
    frame: model,
    title: words.title,
    side: accountNavigation(model, 'security'),
    style: 'account.css',
    width: 'wide',
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>
${twoStep(model)}
${basics(model)}
${factors(model)}
${(model.connected.length > 0 || model.connectable.length > 0) && connections(model)}
${model.mail && language(model)}`,
  });

const post = (action: string, csrf: string, button: Html): Html =>
  html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${csrf}">${button}</form>`;

const twoStep = ({ factors: all }: SecurityModel): Html => {
  const isOn = all.some(({ kind }) => kind !== 'recovery');
  return html`<p class="standing${!isOn && ' off'}">${words.twoStep(isOn)}</p>`;
};

/** What most people come for. */
const basics = ({ basePath, hasPassword, mail }: SecurityModel): Html | false => {
  const link = (path: string, text: HtmlValue): Html =>
    html`<a class="button plain" href="${basePath}/account/${path}">${text}</a>`;
  const items: readonly Item[] = [
    ...(hasPassword
      ? [
          {
            ...{ icon: 'lock' as const, title: words.password, id: 'password', facts: [words.passwordIs] },
            acts: link('password', words.changePassword),
          },
        ]
      : []),
    ...(mail
      ? [
          {
            ...{ icon: 'mail' as const, title: emailWords.title, id: 'email' },
            tags:
              mail.address !== undefined &&
              html`<span class="tag ${mail.isVerified ? 'good' : 'warn'}">${mail.isVerified ? words.verified : words.unverified}</span>`,
            facts: [mail.address === undefined ? emailWords.none : isolated(mail.address, 200)],
            acts: link('email', mail.address === undefined ? emailWords.add : words.changeAddress),
          },
        ]
      : []),
  ];
  return (
    items.length > 0 &&
    html`<section aria-labelledby="basics"><h2 id="basics">${words.basics}</h2>${itemList(items)}</section>`
  );
};

/** Second factors, and the codes in place of one that was lost. The buttons that add one are in the head. */
const factors = (model: SecurityModel): Html => {
  const asked = model.factors.filter(({ kind }) => kind !== 'recovery');
  const codes = model.factors.find(({ kind }) => kind === 'recovery');
  return html`<section aria-labelledby="factors"><div class="row section-head"><h2 id="factors">${words.factors}</h2>
<p class="actions">${model.hasPasskeys && html`<a class="button plain" href="${model.path}/passkey">${factorWords.addPasskey}</a> `}<a class="button plain" href="${model.path}/totp">${factorWords.addApp}</a></p></div>
${
  asked.length === 0
    ? html`<p class="empty">${words.noFactor(model.hasPassword)}</p>`
    : itemList([...asked.map((factor) => shown(factor, model.csrf)), recovery(model, codes)])
}</section>`;
};

const shown = (factor: ShownFactor, csrf: string): Item => {
  const { kind, name, createdAt, lastUsedAt, isCopied, removeAction } = factor;
  return {
    icon: kind === 'passkey' ? 'key' : 'phone',
    title: chosenName(name),
    tags: html`<span class="tag">${kind === 'passkey' ? factorWords.usualPasskey : factorWords.usualApp}</span>${isCopied && html` <span class="tag off">${words.stopped}</span>`}`,
    facts: [
      words.added(timeText(createdAt), lastUsedAt !== undefined && timeText(lastUsedAt)),
      ...(isCopied ? [words.mayBeCopied] : []),
    ],
    acts: post(removeAction, csrf, submit({ text: words.remove, kind: 'danger', about: plainText(name, 60) })),
  };
};

const recovery = ({ path, csrf }: SecurityModel, codes: ShownFactor | undefined): Item => ({
  ...{ icon: 'codes', title: recoveryWords.title, id: 'recovery' },
  facts: [words.codesLeft(codes?.left ?? 0), words.oldCodesAreOver],
  acts: post(`${path}/recovery-codes`, csrf, submit({ text: words.newCodes, kind: 'plain' })),
});

const connections = ({ connected, connectable, csrf, path }: SecurityModel): Html =>
  html`<section aria-labelledby="connections"><h2 id="connections">${words.providers}</h2>
${connected.length === 0 && html`<p class="hint">${words.noProvider}</p>`}
${itemList([
  ...connected.map(
    ({ provider, label, createdAt, isOff, removeAction }): Item => ({
      ...{ icon: 'organisation', title: chosenName(provider) },
      tags: isOff && html`<span class="tag off">${words.switchedOff}</span>`,
      facts: [
        html`${label !== undefined && html`${words.as(plainText(label, 200))}. `}${words.connectedOn(timeText(createdAt))}`,
      ],
      acts: post(
        removeAction,
        csrf,
        submit({ text: words.disconnect, kind: 'danger', about: plainText(provider, 60) }),
      ),
    }),
  ),
  ...connectable.map(
    ({ id, name }): Item => ({
      ...{ icon: 'organisation', title: chosenName(name) },
      facts: [words.notConnected],
      acts: html`<form method="post" action="${path}/upstream"><input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="upstream" value="${id}">${submit({ text: words.connect, kind: 'plain', about: plainText(name, 60) })}</form>`,
    }),
  ),
])}</section>`;

const language = ({ csrf, path, language: chosen }: SecurityModel): Html =>
  html`<section aria-labelledby="language"><h2 id="language">${words.language}</h2>
${itemList([
  {
    icon: 'globe',
    title: LANGUAGE_NAMES[chosen],
    facts: [words.languageHint],
    acts: html`<form method="post" action="${path}/language" class="inline-form"><input type="hidden" name="csrf" value="${csrf}"><label class="unseen" for="field-language">${words.language}</label>
<select id="field-language" name="language">${LANGUAGES.map((value) => html`<option value="${value}"${value === chosen && html` selected`}>${LANGUAGE_NAMES[value]}</option>`)}</select>${submit({ text: words.save, kind: 'plain', about: words.language })}</form>`,
  },
])}</section>`;
