/**
 * Texts of mails in the recipient's language, as plain text and as simple markup of the same sentences. Links lead to our
 * pages only, and opening one decides nothing. Text that an agent chose is changed so that no mail program turns it into a
 * link. Texts: views/words/mail*.ts.
 */
import { plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { isLanguage, type Language } from '../language.ts';
import { momentText } from '../time-text.ts';
import { type MailWords, mailFrame, type Parts } from '../words/mail.ts';
import { ACCOUNT_MAILS, ANSWER_MAILS } from '../words/mail-account.ts';
import { AGENT_MAILS } from '../words/mail-agents.ts';
import { REVIEW_MAILS } from '../words/mail-reviews.ts';

export type MailModel = {
  readonly issuer: string;
  /** The operator. Absent: the mail names the issuer only. */
  readonly brand?: { readonly name?: string; readonly supportUrl?: string };
  readonly kind: string;
  /** BCP 47. English for a language that we do not have. */
  readonly language: string;
  /** Language of the recipient. */
  readonly name: string;
  /** Epoch seconds. */
  readonly at: number;
  readonly agent?: string;
  readonly agentName?: string;
  readonly until?: number;
  readonly isByOther?: true;
  /** Id of the object that the notification is about. */
  readonly object?: string;
  /** Another person whom the notification is about: the recipient is their deputy, or they are the recipient's deputy. */
  readonly otherName?: string;
  readonly isDeputy?: true;
  /** Path of a page of ours for the person's request. It works once. */
  readonly path?: string;
};

export type Mail = {
  readonly language: Language;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

/** Turns notifications into mails. */
export const MAIL_WORDS: Readonly<Record<string, MailWords>> = {
  ...AGENT_MAILS,
  ...ACCOUNT_MAILS,
  ...REVIEW_MAILS,
};
const ANSWERS: Readonly<Record<string, MailWords>> = ANSWER_MAILS;

const NAME_LENGTH = 60;

/** A name that a party chose, without the characters by which a mail program recognises an address or URL. */
const unlinked = (name: string): string =>
  plainText(name, NAME_LENGTH)
    .replace(/[.:](?=\S)|[。．｡@＠/\\／＼]/gu, '·')
    .trim();

const inEach = (epochSeconds: number): Readonly<Record<Language, string>> => ({
  en: momentText(epochSeconds, 'en'),
  de: momentText(epochSeconds, 'de'),
});

const partsOf = (model: MailModel, language: Language): Parts => {
  const { agent = '', agentName, at, until, isByOther, otherName, isDeputy } = model;
  return {
    agent: agentName === undefined ? agent : mailFrame.agent(unlinked(agentName), agent).text(language),
    when: momentText(at, language),
    end: (until === undefined ? mailFrame.soon : mailFrame.on(inEach(until))).text(language),
    until: until === undefined ? undefined : mailFrame.until(inEach(until)).text(language),
    by: (isByOther ? mailFrame.byAdministrator : mailFrame.ifNotYou).text(language),
    ifNotYou: mailFrame.ifNotYou.text(language),
    other: (otherName === undefined ? mailFrame.unknownPerson : mailFrame.person(unlinked(otherName))).text(language),
    isDeputy: isDeputy === true,
  };
};

/** Throws TypeError for a kind without a text. */
export const notificationMail = (model: MailModel): Mail => {
  const words = MAIL_WORDS[model.kind] ?? ANSWERS[model.kind];
  if (words === undefined) throw new TypeError(`there is no mail of ${model.kind}`);
  const language = isLanguage(model.language) ? model.language : 'en';
  const subject = words.subject.text(language);
  const lines = words.says[language](partsOf(model, language));
  const path = model.path ?? words.page?.(model.agent ?? '', model.object ?? '');
  const link = path && `${model.issuer}${path}`;
  const greeting = mailFrame.greeting(unlinked(model.name)).text(language);
  const { name: operator, supportUrl } = model.brand ?? {};
  const end = [
    mailFrame.end(operator === undefined ? model.issuer : `${operator}, ${model.issuer}`).text(language),
    ...(supportUrl === undefined ? [] : [mailFrame.support(supportUrl.replace(/^mailto:/, '')).text(language)]),
  ].join(' ');
  return {
    language,
    subject,
    text: `${[greeting, ...lines, ...(link === undefined ? [] : [link]), end].join('\n\n')}\n`,
    html: documentOf({ language, operator, subject, greeting, lines, link, end }).in({ language }),
  };
};

const documentOf = (mail: {
  readonly language: Language;
  readonly operator: string | undefined;
  readonly subject: string;
  readonly greeting: string;
  readonly lines: readonly string[];
  readonly link: string | undefined;
  readonly end: string;
}): Html =>
  html`<!doctype html>
<html lang="${mail.language}"><head><meta charset="utf-8"><title>${mail.subject}</title></head>
<body>
${mail.operator !== undefined && html`<p><strong>${mail.operator}</strong></p>`}
<p>${mail.greeting}</p>
${mail.lines.map((line) => html`<p>${line}</p>`)}
${mail.link !== undefined && html`<p><a href="${mail.link}">${mail.link}</a></p>`}
<p>${mail.end}</p>
</body></html>
`;
