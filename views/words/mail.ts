import { type Phrase, phrase } from '../html.ts';
import type { Language } from '../language.ts';

/** Parts of a sentence in the reader's language. */
export type Parts = {
  /** Name and id. */
  readonly agent: string;
  /** A moment, to be put after a word such as `on`. */
  readonly when: string;
  /** `on …`, or `soon` if the moment is unknown. */
  readonly end: string;
  /** `until …`; undefined if the moment is unknown. */
  readonly until: string | undefined;
  /** Who did it, if it was not the recipient. Otherwise what the recipient does if it was not them. */
  readonly by: string;
  /** What the recipient does if it was not them. */
  readonly ifNotYou: string;
  /** Name of another person whom it is about; a general word if it is unknown. */
  readonly other: string;
  /** Whether the reader decides for the other. */
  readonly isDeputy: boolean;
};

export type MailWords = {
  readonly subject: Phrase;
  readonly says: Readonly<Record<Language, (parts: Parts) => readonly string[]>>;
  /** Page of ours, by the ids of the agent and of the object it is about. */
  readonly page?: (agent: string, object: string) => string;
};

/** Pages that mails lead to. */
export const agentPage = (agent: string): string => `/console/agents/${encodeURIComponent(agent)}`;
export const securityPage = (): string => '/account/security';
export const awayPage = (): string => '/account/away';
export const breakGlassPage = (_agent: string, approval: string): string =>
  `/console/break-glass/${encodeURIComponent(approval)}`;
export const sessionsPage = (): string => '/account/sessions';
export const accountPage = (): string => '/account';
export const approvalsPage = (): string => '/account/approvals';
export const reviewPage = (_agent: string, review: string): string => `/console/reviews/${encodeURIComponent(review)}`;
export const reviewItemsPage = (): string => '/console/review-items';
export const consolePage = (): string => '/console';

/** Text around each mail, and text that several of them share. */
export const mailFrame = {
  greeting: (name: string) => phrase({ en: `Hello ${name},`, de: `Guten Tag ${name},` }),
  end: (issuer: string) =>
    phrase({
      en: `This mail was sent by ${issuer}. Nothing happens by opening a link in it.`,
      de: `Diese Mail hat ${issuer} gesendet. Einen Link darin zu öffnen bewirkt noch nichts.`,
    }),
  support: (where: string) => phrase({ en: `Help: ${where}`, de: `Hilfe: ${where}` }),
  agent: (name: string, id: string) => phrase({ en: `“${name}” (${id})`, de: `„${name}“ (${id})` }),
  person: (name: string) => phrase({ en: `“${name}”`, de: `„${name}“` }),
  unknownPerson: phrase({ en: 'another person', de: 'eine andere Person' }),
  soon: phrase({ en: 'soon', de: 'bald' }),
  on: (moment: Readonly<Record<Language, string>>) => phrase({ en: `on ${moment.en}`, de: `am ${moment.de}` }),
  until: (moment: Readonly<Record<Language, string>>) => phrase({ en: `until ${moment.en}`, de: `bis ${moment.de}` }),
  byAdministrator: phrase({ en: 'An administrator did it.', de: 'Das hat die Administration getan.' }),
  ifNotYou: phrase({
    en: 'If it was not you, sign in, change your password and look at your second factors, or ask an administrator at once.',
    de: 'Wenn Sie das nicht waren: Melden Sie sich an, ändern Sie Ihr Passwort und sehen Sie nach Ihren zweiten Faktoren, oder wenden Sie sich sofort an die Administration.',
  }),
};
