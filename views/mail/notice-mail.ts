/**
 * What mails say. As plain text and as simple markup of the same sentences. The only links are to pages of ours, and
 * opening one decides nothing; text that an agent chose is made so that no mail program turns it into a link.
 */
import { plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { momentText } from '../time-text.ts';

export type MailModel = {
  readonly issuer: string;
  readonly kind: string;
  /** Of the person it goes to. */
  readonly name: string;
  /** Epoch seconds. */
  readonly at: number;
  readonly agent?: string;
  readonly agentName?: string;
  readonly until?: number;
  readonly isByOther?: true;
  /** Another person it is about; whoever gets the mail is her deputy, or the other way round. */
  readonly otherName?: string;
  readonly isDeputy?: true;
  /** Path of a page of ours, for what the person asked for; works once. */
  readonly path?: string;
};

export type Mail = { readonly subject: string; readonly text: string; readonly html: string };

type Words = {
  readonly subject: string;
  readonly says: (model: MailModel) => readonly string[];
  /** Page of ours. */
  readonly page?: (model: MailModel) => string;
};

const NAME_LENGTH = 60;

/** A name somebody chose: without what makes a mail program see an address or URL in it. */
const unlinked = (name: string): string =>
  plainText(name, NAME_LENGTH)
    .replace(/[.:](?=\S)|[。．｡@＠/\\／＼]/gu, '·')
    .trim();

const agentIn = ({ agentName, agent = '' }: MailModel): string =>
  agentName === undefined ? agent : `“${unlinked(agentName)}” (${agent})`;
const when = ({ at }: MailModel): string => momentText(at);
const until = ({ until: moment }: MailModel): string => (moment === undefined ? 'soon' : `on ${momentText(moment)}`);
const ofAgent = ({ agent = '' }: MailModel): string => `/console/agents/${encodeURIComponent(agent)}`;
const SECURITY = (): string => '/account/security';
const AWAY = (): string => '/account/away';
const otherIn = ({ otherName }: MailModel): string =>
  otherName === undefined ? 'somebody' : `“${unlinked(otherName)}”`;
const ACCOUNT = (): string => '/account';
const CONSOLE = (): string => '/console';

const NOT_YOU =
  'If it was not you, sign in, change your password and look at your second factors, or ask an administrator at once.';
const by = ({ isByOther }: MailModel): string => (isByOther ? 'An administrator did it.' : NOT_YOU);

/** What somebody just asked for, and so comes from no notice. */
const ANSWERS: Readonly<Record<string, Words>> = {
  'account.email_confirm': {
    subject: 'Confirm this address',
    says: (model) => [
      `On ${when(model)} somebody gave this address as the one of an account here.`,
      'The link below leads to a page where the person of that account confirms it, signed in. It works once, for half an hour. If you have no account here, do nothing.',
    ],
  },
  'account.email_changed': {
    subject: 'Your account has another address',
    says: (model) => [
      `On ${when(model)} your account was given another address, or none. Nothing more is mailed here.`,
      by(model),
    ],
    page: ACCOUNT,
  },
  'account.reset': {
    subject: 'A new password for your account',
    says: (model) => [
      `On ${when(model)} somebody asked for a new password for your account, on the sign-in page.`,
      'The link below leads to a page where you can set one. It works once, for half an hour. If you did not ask for it, do nothing: your password stays as it is.',
    ],
  },
};

export const MAIL_WORDS: Readonly<Record<string, Words>> = {
  'agent.pending': {
    subject: 'An agent waits for you to accept it',
    says: (model) => [
      `The agent ${agentIn(model)} was registered on ${when(model)}, with you or your group as its owner.`,
      'It does nothing until an owner accepts it, and nobody has to: what is not accepted within a day is retired.',
    ],
    page: ofAgent,
  },
  'agent.offered': {
    subject: 'You are asked to answer for an agent',
    says: (model) => [
      `On ${when(model)} the agent ${agentIn(model)} was offered to you or your group.`,
      'You answer for it when you have accepted it, and not before.',
    ],
    page: ofAgent,
  },
  'agent.ending': {
    subject: 'An agent of yours is about to be suspended',
    says: (model) => [
      `The agent ${agentIn(model)} will be suspended ${until(model)}: its time ends, or it is not used.`,
    ],
    page: ofAgent,
  },
  'agent.suspended': {
    subject: 'An agent of yours was suspended',
    says: (model) => [`The agent ${agentIn(model)} was suspended on ${when(model)}. Nothing it holds works.`],
    page: ofAgent,
  },
  'agent.expired': {
    subject: 'An agent of yours came to its end',
    says: (model) => [`The time of the agent ${agentIn(model)} was over on ${when(model)}. Nothing it holds works.`],
    page: ofAgent,
  },
  'agent.inactive': {
    subject: 'An agent of yours was suspended: nobody used it',
    says: (model) => [`The agent ${agentIn(model)} was suspended on ${when(model)}, because it was not used.`],
    page: ofAgent,
  },
  'agent.retired': {
    subject: 'An agent of yours was retired',
    says: (model) => [`The agent ${agentIn(model)} was retired on ${when(model)}, for good.`],
    page: ofAgent,
  },
  'agent.orphaned': {
    subject: 'Nobody answers for an agent any more',
    says: (model) => [
      `The agent ${agentIn(model)} was frozen on ${when(model)}: its owner is gone. It waits for a new one.`,
    ],
    page: ofAgent,
  },
  'agent.killed': {
    subject: 'An agent of yours was stopped in an emergency',
    says: (model) => [`A kill was ordered on ${when(model)} for the agent ${agentIn(model)}. All it held is over.`],
    page: ofAgent,
  },
  'agent.kill_lifted': {
    subject: 'An agent of yours may work again',
    says: (model) => [
      `The kill of the agent ${agentIn(model)} was lifted on ${when(model)}. Nothing from before lives again.`,
    ],
    page: ofAgent,
  },
  'kill.ordered': {
    subject: 'A kill was ordered',
    says: (model) => [
      `A kill was ordered on ${when(model)}. The console and \`behalf kill list\` say of what and why.`,
    ],
    page: CONSOLE,
  },
  'kill.lifted': {
    subject: 'A kill was lifted',
    says: (model) => [`A kill was lifted on ${when(model)}. Nothing from before lives again.`],
    page: CONSOLE,
  },
  'approval.requested': {
    subject: 'An agent asks for your approval',
    says: (model) => [
      `On ${when(model)} the agent ${agentIn(model)} asked you to approve one action, ${model.until === undefined ? 'for some minutes' : `until ${momentText(model.until)}`}.`,
      'Sign in and look at what exactly it is. Nothing happens unless you approve it there.',
    ],
    page: () => '/account/approvals',
  },
  'approval.escalated': {
    subject: 'An action waits, and you are asked now, too',
    says: (model) => [
      `The agent ${agentIn(model)} asked people to approve one action. Nobody had decided by ${when(model)}, so you are asked, too${model.until === undefined ? '' : `, until ${momentText(model.until)}`}.`,
      'Sign in and look at what exactly it is. Nothing happens unless it is approved there.',
    ],
    page: () => '/account/approvals',
  },
  'approval.muted': {
    subject: 'An agent does not ask you any more today',
    says: (model) => [
      `You denied the agent ${agentIn(model)} several times. From ${when(model)} on it may not ask you for a day.`,
      'To end what it holds, open your account.',
    ],
    page: ACCOUNT,
  },
  'absence.declared': {
    subject: 'Somebody decides for somebody who is away',
    says: (model) => [
      model.isDeputy
        ? `On ${when(model)} ${otherIn(model)} said that you decide about requests of agents for them while they are away, until ${model.until === undefined ? 'they are back' : momentText(model.until)}.`
        : `On ${when(model)} it was set down that ${otherIn(model)} decides about requests of agents for you while you are away, until ${model.until === undefined ? 'you are back' : momentText(model.until)}.`,
      model.isDeputy
        ? 'Their requests stand among yours. If you do not want that, end it on the page below.'
        : `${NOT_YOU} It can be ended on the page below.`,
    ],
    page: AWAY,
  },
  'absence.ended': {
    subject: 'Nobody decides for somebody any more',
    says: (model) => [
      model.isDeputy
        ? `From ${when(model)} on you do not decide for ${otherIn(model)} any more.`
        : `From ${when(model)} on ${otherIn(model)} does not decide for you any more.`,
      'What was said for the other by then counts no more, unless its token was fetched.',
    ],
    page: AWAY,
  },
  'credential.ending': {
    subject: 'A credential of an agent of yours ends soon',
    says: (model) => [`A credential of the agent ${agentIn(model)} ends ${until(model)}.`],
    page: ofAgent,
  },
  'credential.expired': {
    subject: 'A credential of an agent of yours is over',
    says: (model) => [`A credential of the agent ${agentIn(model)} was over on ${when(model)}.`],
    page: ofAgent,
  },
  'factor.added': {
    subject: 'A second factor was added to your account',
    says: (model) => [`On ${when(model)} a second factor was added to your account.`, by(model)],
    page: SECURITY,
  },
  'factor.removed': {
    subject: 'A second factor was removed from your account',
    says: (model) => [`On ${when(model)} a second factor, or all of them, were removed from your account.`, by(model)],
    page: SECURITY,
  },
  'factor.recovery_codes_made': {
    subject: 'New recovery codes were made for your account',
    says: (model) => [`On ${when(model)} new recovery codes were made. Those from before are over.`, by(model)],
    page: SECURITY,
  },
  'factor.copied': {
    subject: 'One of your passkeys may have been copied',
    says: (model) => [
      `On ${when(model)} a passkey signed in a way that only a copy of it would. It is accepted no more.`,
      'Remove it, and add a new one.',
    ],
    page: SECURITY,
  },
  'upstream_link.created': {
    subject: 'Your account was connected with an identity provider',
    says: (model) => [
      `On ${when(model)} your account was connected with somebody at another identity provider, who can sign in to it from now on.`,
      by(model),
    ],
    page: SECURITY,
  },
  'upstream_link.removed': {
    subject: 'Your account was disconnected from an identity provider',
    says: (model) => [
      `On ${when(model)} your account was disconnected from an identity provider: nobody signs in to it from there.`,
      by(model),
    ],
    page: SECURITY,
  },
  'account.password_changed': {
    subject: 'Your password was changed',
    says: (model) => [
      `On ${when(model)} the password of your account was set. All sessions from before are over.`,
      by(model),
    ],
    page: ACCOUNT,
  },
  'sessions.ended_by_other': {
    subject: 'You were signed out',
    says: (model) => [
      `On ${when(model)} an administrator signed you out, in one browser or everywhere.`,
      'Sign in again where you want to go on, and ask why if you do not know.',
    ],
    page: () => '/account/sessions',
  },
  'sign_in.locked': {
    subject: 'Many attempts to sign in to your account',
    says: (model) => [
      `On ${when(model)} there were more attempts to sign in to your account than are let through in a row.`,
      'A browser in which you signed in before lets you in all the same. You are told of this once a day at most.',
    ],
    page: ACCOUNT,
  },
  'webhook.stopped': {
    subject: 'An endpoint of webhooks was stopped',
    says: (model) => [
      `On ${when(model)} an endpoint was stopped that had not taken notices for too long. Nothing is kept for it from now on.`,
      '`behalf webhooks list` says which, and `behalf webhooks dead-letters` what it did not get.',
    ],
    page: CONSOLE,
  },
};

/** Throws TypeError for a kind that has no words. */
export const noticeMail = (model: MailModel): Mail => {
  const words = MAIL_WORDS[model.kind] ?? ANSWERS[model.kind];
  if (words === undefined) throw new TypeError(`there is no mail of ${model.kind}`);
  const { subject, says, page } = words;
  const lines = says(model);
  const path = model.path ?? page?.(model);
  const link = path && `${model.issuer}${path}`;
  const greeting = `Hello ${unlinked(model.name)},`;
  const end = `This mail was sent by ${model.issuer}. Nothing happens by opening a link in it.`;
  return {
    subject,
    text: `${[greeting, ...lines, ...(link === undefined ? [] : [link]), end].join('\n\n')}\n`,
    html: String(documentOf(subject, greeting, lines, link, end)),
  };
};

const documentOf = (
  subject: string,
  greeting: string,
  lines: readonly string[],
  link: string | undefined,
  end: string,
): Html =>
  html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${subject}</title></head>
<body>
<p>${greeting}</p>
${lines.map((line) => html`<p>${line}</p>`)}
${link !== undefined && html`<p><a href="${link}">${link}</a></p>`}
<p>${end}</p>
</body></html>
`;
