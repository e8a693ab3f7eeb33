import type { Account } from '../identity/accounts/account.ts';
import type { PasswordReset } from '../identity/accounts/password-reset.ts';
import { type MasterKey, openedOrNothing } from '../platform/crypto/master-key.ts';
import { type Delivery, sealContextOf } from '../platform/outbox/delivery.ts';
import { isMailNotSent, type Mailer, type MailMessage } from '../ports/mailer.ts';
import type { Outcome, Sender } from './delivery-worker.ts';
import { isAsking, isForActive } from './notification-kinds.ts';

/** The facts of a mail; views/mail writes the text. */
export type MailFacts = {
  readonly at: number;
  readonly agent?: string;
  readonly until?: number;
  readonly isByOther?: true;
  /** The object of the mail, if it is neither agent nor account. */
  readonly object?: string;
  /** Another account that the mail is about, whose name it shows. */
  readonly other?: string;
  /** The recipient decides for that user; otherwise that user decides for the recipient. */
  readonly isDeputy?: true;
  /** The recipient address, if it is not the verified address of the account. */
  readonly address?: string;
  /** Path of one of our pages; works once. */
  readonly path?: string;
  /** Language of the page on which the mail was requested. Used where the account has none. */
  readonly pageLanguage?: string;
  /** A request of a user who is not signed in: the worker looks up the account. */
  readonly asked?: {
    readonly typed: string;
    readonly source: string;
    readonly request: string;
    readonly device?: string;
  };
};

/** The same facts with the names, which are read when the mail is sent. */
export type MailModel = MailFacts & {
  readonly kind: Delivery['kind'];
  /** The language of the user, BCP 47. */
  readonly language: string;
  readonly name: string;
  readonly agentName?: string;
  readonly otherName?: string;
};

/** Sends mails to users, to the address that is verified when the mail is sent. */
export const mailChannel = (deps: {
  readonly mailer: Mailer | undefined;
  readonly masterKey: MasterKey;
  readonly accounts: { get(id: string): Promise<{ readonly document: Account } | undefined> };
  readonly agents: { get(id: string): Promise<{ readonly document: { readonly name: string } } | undefined> };
  /** Whether approvers can still decide on an approval. */
  readonly isWaiting: (approval: string) => Promise<boolean>;
  /** Absent: no user can ask for a new password. */
  readonly resets?: Pick<PasswordReset, 'answer'>;
  /** For users without a language of their own. */
  readonly usualLanguage: string;
  readonly words: (model: MailModel) => Pick<MailMessage, 'language' | 'subject' | 'text' | 'html'>;
}): Sender => {
  const { mailer, masterKey, accounts, agents, isWaiting, resets, usualLanguage, words } = deps;

  const factsOf = ({ id, body, isSealed }: Delivery): MailFacts | undefined => {
    const text = isSealed ? openedOrNothing(masterKey, sealContextOf(id), body) : body;
    return text === undefined ? undefined : (JSON.parse(text) as MailFacts);
  };

  const post = async (delivery: Delivery, facts: MailFacts, { name, ...account }: Account): Promise<Outcome> => {
    const to = facts.address ?? (account.emailVerified ? account.email : undefined);
    if (mailer === undefined) return final('no_mailer');
    if (to === undefined) return final('no_address');
    const agentName = facts.agent === undefined ? undefined : (await agents.get(facts.agent))?.document.name;
    const otherName = facts.other === undefined ? undefined : (await accounts.get(facts.other))?.document.name;
    const model = {
      ...facts,
      kind: delivery.kind,
      language: account.language ?? facts.pageLanguage ?? usualLanguage,
      name,
      ...(agentName === undefined ? {} : { agentName }),
      ...(otherName === undefined ? {} : { otherName }),
    };
    try {
      await mailer.send({ id: delivery.id, to, ...words(model) });
      return 'sent';
    } catch (error) {
      if (!isMailNotSent(error)) throw error;
      return { failure: error.message, isFinal: error.isFinal };
    }
  };

  return {
    async send(delivery) {
      const facts = factsOf(delivery);
      if (facts === undefined) return final('not_readable');
      if (facts.asked) {
        const { asked, at, pageLanguage } = facts;
        await resets?.answer(asked, { id: delivery.id, at, pageLanguage, isCounted: delivery.attempts > 0 });
        // The result does not reveal whether the account exists.
        return 'sent';
      }
      const { kind } = delivery;
      // While the mail waited, its approval may have been decided or withdrawn, or may have expired.
      if (isAsking(kind) && !(facts.object !== undefined && (await isWaiting(facts.object)))) return 'over';
      const account = (await accounts.get(delivery.to))?.document;
      if (account && account.state !== 'active' && isForActive(kind)) return 'over';
      // Its link ended when the address changed.
      if (kind === 'account.reset' && account?.email !== facts.address) return 'over';
      return account ? post(delivery, facts, account) : final('no_address');
    },
  };
};

const final = (failure: string) => ({ failure, isFinal: true }) as const;
