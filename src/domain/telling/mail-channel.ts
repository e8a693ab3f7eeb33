import type { Account } from '../accounts/account.ts';
import { isMailNotSent, type Mailer, type MailMessage } from '../ports/mailer.ts';
import { type MasterKey, openedOrNothing } from '../secrets/master-key.ts';
import type { Sender } from './courier.ts';
import type { Delivery } from './delivery.ts';

/** What a mail is to say: facts, put into words by views/mail. */
export type MailFacts = {
  readonly at: number;
  readonly agent?: string;
  readonly until?: number;
  readonly isByOther?: true;
  /** Object it is about, where it is neither agent nor account. */
  readonly object?: string;
  /** Where it goes, where that is not the verified address of the account. */
  readonly address?: string;
  /** Of ours: works once. */
  readonly link?: string;
};

/** The same with the names that are read when it is sent. */
export type MailModel = MailFacts & {
  readonly kind: Delivery['kind'];
  readonly name: string;
  readonly agentName?: string;
};

const sealContextOf = (id: string): string => `delivery/${id}`;

/** Sends what is for people, to the address that is verified when it is sent. */
export const mailChannel = (deps: {
  readonly mailer: Mailer | undefined;
  readonly masterKey: MasterKey;
  readonly accounts: { get(id: string): Promise<{ readonly document: Account } | undefined> };
  readonly agents: { get(id: string): Promise<{ readonly document: { readonly name: string } } | undefined> };
  readonly words: (model: MailModel) => Pick<MailMessage, 'subject' | 'text' | 'html'>;
}): Sender => {
  const { mailer, masterKey, accounts, agents, words } = deps;

  const factsOf = ({ id, body, isSealed }: Delivery): MailFacts | undefined => {
    const text = isSealed ? openedOrNothing(masterKey, sealContextOf(id), body) : body;
    return text === undefined ? undefined : (JSON.parse(text) as MailFacts);
  };

  return {
    async send(delivery) {
      const final = (failure: string) => ({ failure, isFinal: true }) as const;
      if (mailer === undefined) return final('no_mailer');
      const facts = factsOf(delivery);
      if (facts === undefined) return final('not_readable');
      const account = (await accounts.get(delivery.to))?.document;
      const to = facts.address ?? (account?.emailVerified ? account.email : undefined);
      if (account === undefined || to === undefined) return final('no_address');
      const agentName = facts.agent === undefined ? undefined : (await agents.get(facts.agent))?.document.name;
      const { kind } = delivery;
      const model = { ...facts, kind, name: account.name, ...(agentName === undefined ? {} : { agentName }) };
      try {
        await mailer.send({ id: delivery.id, to, ...words(model) });
        return 'sent';
      } catch (error) {
        if (!isMailNotSent(error)) throw error;
        return { failure: error.message, isFinal: error.isFinal };
      }
    },
  };
};
