import type { AuditTrail } from '../audit/audit-event.ts';
import type { By } from '../clients/registered-documents.ts';
import { DomainError } from '../errors.ts';
import { clientNetwork } from '../limits/client-network.ts';
import type { Clock } from '../ports/clock.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { MasterKey } from '../secrets/master-key.ts';
import { messageId, sealContextOf } from '../telling/delivery.ts';
import type { Outbox } from '../telling/outbox.ts';
import type { Account } from './account.ts';
import type { AccountRegister } from './account-register.ts';
import type { SignInLimits } from './attempts.ts';
import { LINK_SECONDS, type MailLinks } from './mail-links.ts';

/** As typed on the page, until the courier comes to it. */
type Asked = { readonly typed: string; readonly source: string; readonly request: string };

/** Mails to one account in a window; what is asked for beyond is not sent, and nobody is told so. */
const PER_ACCOUNT = { limit: 3, window: 3600 };
/** Asked for by anybody in a minute, of which each is a row for a moment. */
const IN_ALL = { limit: 300, window: 60 };

const TOO_MANY = 'This was asked for too often. Wait and try again.';
const OVER = 'This link was used already, or is too old. Ask for a new one.';

export type PasswordReset = ReturnType<typeof passwordReset>;

/**
 * A new password for who cannot sign in, by a link to the verified address. What is asked for is put into the outbox as
 * it was typed, the same for known and unknown, and only the courier looks whose it is: neither answer nor time tells
 * whether there is such an account (LG-01). A reset signs nobody in, so that the second factor is asked for as ever.
 */
export const passwordReset = (deps: {
  readonly accounts: Pick<AccountRegister, 'findByUsername' | 'findByVerifiedEmail' | 'setPassword'>;
  readonly links: MailLinks;
  readonly outbox: Pick<Outbox, 'put'>;
  readonly ephemeral: Pick<EphemeralStore, 'count'>;
  readonly masterKey: MasterKey;
  readonly identifiers: Identifiers;
  readonly clock: Clock;
  readonly audit: AuditTrail;
  readonly limits: SignInLimits;
}) => {
  const { accounts, links, outbox, ephemeral, masterKey, identifiers, clock, audit, limits } = deps;
  const counted = (kind: string, value: string, window: number): Promise<number> =>
    ephemeral.count(`reset:${kind}:${masterKey.digest(`reset_${kind}`, value)}`, window);

  const accountOf = async (typed: string): Promise<Account | undefined> => {
    const found = typed.includes('@')
      ? await accounts.findByVerifiedEmail(typed.trim())
      : (await accounts.findByUsername(typed))?.document;
    // Who has no password signs in in another way, which this must not go round.
    const isMeant = found?.state === 'active' && found.passwordHash !== undefined;
    return isMeant && found.emailVerified === true ? found : undefined;
  };

  return {
    /** Throws 'too_many_requests' beyond the limit of a source; else it does the same for whatever was typed. */
    async ask(asked: Asked, pageLanguage?: string): Promise<void> {
      const window = limits.signInWindowSeconds;
      const isTooMuch =
        (await counted('source', clientNetwork(asked.source), window)) > limits.signInPerSource ||
        (await counted('all', '', IN_ALL.window)) > IN_ALL.limit;
      if (isTooMuch) throw new DomainError('too_many_requests', TOO_MANY, { retryAfterSeconds: window });
      const id = messageId(clock.nowMillis(), identifiers.newSecret());
      const about = {
        at: clock.now(),
        asked: { ...asked, typed: asked.typed.slice(0, 512) },
        ...(pageLanguage === undefined ? {} : { pageLanguage }),
      };
      const body = masterKey.seal(sealContextOf(id), JSON.stringify(about));
      const kind = 'account.reset' as const;
      await outbox.put({ id, channel: 'mail', to: 'reset', kind, body, isSealed: true, lifetimeSeconds: LINK_SECONDS });
    },

    /** For the courier: to whom a link goes, and the link; undefined where there is nobody to send one to. */
    async answer(
      { typed, source, request }: Asked,
      isFirstTry: boolean,
    ): Promise<{ readonly account: Account; readonly token: string } | undefined> {
      const account = await accountOf(typed);
      if (account === undefined) return undefined;
      if (isFirstTry && (await counted('account', account.id, PER_ACCOUNT.window)) > PER_ACCOUNT.limit)
        return undefined;
      await audit.append({
        type: 'account.reset_asked',
        outcome: 'done',
        subject: account.id,
        caller: 'anybody',
        request,
        personal: { source },
      });
      return { account, token: await links.make('reset', account) };
    },

    /** Whose password a link sets. Throws 'not_found' when it is good for nothing any more. */
    async of(token: string): Promise<Account> {
      const link = await links.peek('reset', token);
      if (link === undefined) throw new DomainError('not_found', OVER);
      return link.of;
    },

    /**
     * Sets the password and ends all sessions; signs nobody in. A password that may not be leaves the link as it is.
     * Answers the account as it is then. Throws 'not_found' as `of` does, and 'invalid_field'.
     */
    async reset(token: string, password: string, by: Omit<By, 'caller'>): Promise<Account> {
      const link = await links.peek('reset', token);
      if (link === undefined) throw new DomainError('not_found', OVER);
      const caller = { ...by, caller: link.of.id };
      const onGood = async (): Promise<void> => {
        if (!(await links.use('reset', token))) throw new DomainError('not_found', OVER);
      };
      const { document } = await accounts.setPassword(link.of.id, password, caller, { onGood });
      return document;
    },
  };
};
