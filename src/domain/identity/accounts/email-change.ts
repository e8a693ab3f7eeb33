import type { MasterKey } from '../../platform/crypto/master-key.ts';
import { type DirectKind, messageId, sealContextOf } from '../../platform/outbox/delivery.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { Account } from './account.ts';
import { checkedEmail } from './account-fields.ts';
import type { AccountRegistry } from './account-registry.ts';
import type { MailLinks } from './mail-links.ts';
import { signInRefusal } from './sign-in-refusals.ts';

type MailDeps = {
  readonly outbox: Pick<Outbox, 'put'>;
  readonly masterKey: MasterKey;
  readonly identifiers: Identifiers;
  readonly clock: Clock;
};

/** Maximum number of confirmation mails of one account in an hour. */
const PER_ACCOUNT = { limit: 5, window: 3600 };

/**
 * Changes of an account's address by its user. The new address takes effect when the user, signed in to the account,
 * follows the mailed link and presses a button there. The old address is notified (LG-07).
 */
export interface EmailChange {
  /**
   * Mails a link to the address, in the language of the page when the account has none. Changes nothing. Throws
   * 'invalid_field', and 'too_many_requests' beyond a limit.
   */
  ask(account: Account, typed: string, pageLanguage?: string): Promise<void>;
  /** The address that a link of this account confirms. Throws 'not_found' when it is not such a link. */
  addressOf(account: Account, token: string): Promise<string>;
  /** Sets the verified address of the account. Throws 'not_found' as `addressOf` does. */
  confirm(account: Account, token: string, by: By): Promise<void>;
}

export const emailChange = (
  deps: MailDeps & {
    readonly accounts: Pick<AccountRegistry, 'confirmEmail'>;
    readonly links: MailLinks;
    readonly ephemeral: Pick<EphemeralStore, 'count'>;
  },
): EmailChange => {
  const { accounts, links, ephemeral } = deps;
  const mail = mailOf(deps);

  const linkOf = async (account: Account, token: string): Promise<string> => {
    const link = await links.peek('email', token);
    if (link?.account !== account.id || link.email === undefined) throw signInRefusal('email_link_invalid');
    return link.email;
  };

  return {
    async ask(account, typed, pageLanguage): Promise<void> {
      const address = checkedEmail(typed);
      const { limit, window } = PER_ACCOUNT;
      if ((await ephemeral.count(`email:${account.id}`, window)) > limit) {
        throw signInRefusal('email_change_requests_exceeded', { retryAfterSeconds: window });
      }
      const token = await links.make('email', account, address);
      await mail(account, 'account.email_confirm', {
        address,
        path: `/account/email/${token}`,
        ...(pageLanguage === undefined ? {} : { pageLanguage }),
      });
    },

    addressOf: linkOf,

    async confirm(account, token, by): Promise<void> {
      const address = await linkOf(account, token);
      await accounts.confirmEmail(account.id, address, by, async () => {
        if (!(await links.use('email', token))) throw signInRefusal('email_link_invalid');
      });
    },
  };
};

/** Notifies the address that an account is about to lose. Must be called before the change. */
export const leavingAddress = (deps: MailDeps) => {
  const mail = mailOf(deps);
  return (account: Account, { caller }: By): Promise<void> =>
    mail(account, 'account.email_changed', {
      address: account.email,
      ...(caller === account.id ? {} : { isByOther: true }),
    });
};

/** Puts a mail into the outbox that carries its own recipient address, since the account may have another address by then. */
const mailOf =
  ({ outbox, masterKey, identifiers, clock }: MailDeps) =>
  async (account: Account, kind: DirectKind, facts: object): Promise<void> => {
    const id = messageId(clock.nowMillis(), identifiers.newSecret());
    const body = masterKey.seal(sealContextOf(id), JSON.stringify({ at: clock.now(), ...facts }));
    await outbox.put({ id, channel: 'mail', to: account.id, kind, body, isSealed: true });
  };
