import type { AnonymousEvents } from '../../audit/anonymous-events.ts';
import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';
import type { MasterKey } from '../../platform/crypto/master-key.ts';
import { messageId, sealContextOf } from '../../platform/outbox/delivery.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { coarseNetwork } from '../../vocabulary/client-network.ts';
import type { Account } from './account.ts';
import type { AccountRegistry } from './account-registry.ts';
import type { SignInLimits } from './attempts.ts';
import { isGoodFor, LINK_SECONDS, type MailLinks } from './mail-links.ts';
import { resetBudget } from './reset-budget.ts';
import { signInRefusal } from './sign-in-refusals.ts';

/** The request as the user typed it, until the delivery worker handles it. */
type Asked = {
  readonly typed: string;
  readonly source: string;
  readonly request: string;
  /** The device value from an earlier sign-in of this browser. */
  readonly device?: string | undefined;
};

/** The delivery that carries the request. */
type Asking = {
  readonly id: string;
  readonly at: number;
  readonly pageLanguage?: string | undefined;
  /** Whether it was tried before, and is counted. */
  readonly isCounted: boolean;
};

const LONGEST_DEVICE = 200;
/**
 * Maximum number of links for one account and UTC day that are recorded as single events. Further links use the budget
 * of anonymous events.
 */
const SINGLE_EVENTS_PER_DAY = 10;
const DAY = 86_400;

/**
 * Sets a new password for a user who cannot sign in, by a link to the verified address. The request goes into the
 * outbox as it was typed, for known and unknown accounts alike. Only the delivery worker looks up the account. Neither
 * the response nor its timing therefore reveals whether an account exists (LG-01). The link then waits among the mails
 * of its account, so that an address that accepts no mail delays no other account. A reset does not sign in the user,
 * so the second factor is still required.
 */
export interface PasswordReset {
  /**
   * Accepts a request. Throws 'too_many_requests' beyond the limit of a source. Otherwise does the same for every typed
   * text.
   */
  ask(asked: Asked, pageLanguage?: string): Promise<void>;
  /** For the delivery worker: mails a link to the account, if there is one and its budget is not used up. */
  answer(asked: Asked, asking: Asking): Promise<void>;
  /** The account whose password the link sets. Throws 'not_found' when the link is no longer valid. */
  of(token: string): Promise<Account>;
  /**
   * Sets the password and ends all sessions. Does not sign in the user. A refused password does not use up the link.
   * Returns the account after the change. Throws 'not_found' as `of` does, and 'invalid_field'.
   */
  reset(token: string, password: string, by: Omit<By, 'caller'>): Promise<Account>;
}

export const passwordReset = (deps: {
  readonly accounts: Pick<AccountRegistry, 'findByUsername' | 'findByVerifiedEmail' | 'setPassword'>;
  readonly links: MailLinks;
  readonly outbox: Pick<Outbox, 'put'>;
  readonly ephemeral: Pick<EphemeralStore, 'count'>;
  readonly masterKey: MasterKey;
  readonly identifiers: Identifiers;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly anonymous: Pick<AnonymousEvents, 'note'>;
  readonly limits: SignInLimits;
  /** The number of a device that signed in to an account before; undefined for any other. */
  readonly knownDevice: (device: string | undefined, account: Account) => string | undefined;
}): PasswordReset => {
  const { accounts, links, outbox, ephemeral, masterKey, identifiers, clock, audit, anonymous, knownDevice } = deps;
  const budget = resetBudget(deps);

  const accountOf = async (typed: string): Promise<Account | undefined> => {
    const found = typed.includes('@')
      ? await accounts.findByVerifiedEmail(typed.trim())
      : (await accounts.findByUsername(typed))?.document;
    // A user without a password signs in with another method, which a reset must not bypass.
    const isMeant = found?.state === 'active' && found.passwordHash !== undefined;
    return isMeant && found.emailVerified === true ? found : undefined;
  };

  /** The requesting browser is unknown, so the events of all accounts together are limited (decision D18). */
  const record = async (event: AuditEvent, account: string, source: string): Promise<void> => {
    const key = `reset_events:${Math.floor(clock.now() / DAY)}:${account}`;
    if ((await ephemeral.count(key, 2 * DAY)) <= SINGLE_EVENTS_PER_DAY) await audit.append(event);
    else await anonymous.note(event, { share: 'requests', group: coarseNetwork(source) });
  };

  return {
    async ask(asked, pageLanguage): Promise<void> {
      if (!(await budget.takeRequest(asked.source))) {
        throw signInRefusal('reset_requests_exceeded', { retryAfterSeconds: budget.windowSeconds });
      }
      const id = messageId(clock.nowMillis(), identifiers.newSecret());
      const { device, ...rest } = asked;
      const isDevice = device !== undefined && device.length <= LONGEST_DEVICE;
      const about = {
        at: clock.now(),
        asked: { ...rest, typed: asked.typed.slice(0, 512), ...(isDevice ? { device } : {}) },
        ...(pageLanguage === undefined ? {} : { pageLanguage }),
      };
      const body = masterKey.seal(sealContextOf(id), JSON.stringify(about));
      const kind = 'account.reset' as const;
      await outbox.put({ id, channel: 'mail', to: 'reset', kind, body, isSealed: true, lifetimeSeconds: LINK_SECONDS });
    },

    async answer({ typed, source, request, device }, { id, at, pageLanguage, isCounted }): Promise<void> {
      const account = await accountOf(typed);
      if (account?.email === undefined) return;
      if (!isCounted && !(await budget.takeMail(account, source, knownDevice(device, account)))) return;
      const event = { type: 'account.reset_asked', outcome: 'done', subject: account.id, caller: 'anonymous' } as const;
      await record({ ...event, request, personal: { source } }, account.id, source);
      // The same id at each attempt: after a crash of the delivery worker only one link is mailed.
      const mail = `${id}r`;
      const token = await links.make('reset', account, account.email);
      const facts = {
        at,
        address: account.email,
        path: `/account/reset/${token}`,
        ...(pageLanguage === undefined ? {} : { pageLanguage }),
      };
      const body = masterKey.seal(sealContextOf(mail), JSON.stringify(facts));
      const of = { channel: 'mail', to: account.id, kind: 'account.reset', lifetimeSeconds: LINK_SECONDS } as const;
      await outbox.put({ ...of, id: mail, body, isSealed: true });
    },

    async of(token): Promise<Account> {
      const link = await links.peek('reset', token);
      if (link === undefined) throw signInRefusal('reset_link_invalid');
      return link.of;
    },

    async reset(token, password, by): Promise<Account> {
      const link = await links.peek('reset', token);
      if (link === undefined) throw signInRefusal('reset_link_invalid');
      const caller = { ...by, caller: link.of.id };
      const onGood = async (): Promise<void> => {
        if (!(await links.use('reset', token))) throw signInRefusal('reset_link_invalid');
      };
      // Checked again in the swap: the address may have changed since the link was used up.
      const check = (account: Account): void => {
        if (!isGoodFor(link, account)) throw signInRefusal('reset_link_invalid');
      };
      const { document } = await accounts.setPassword(link.of.id, password, caller, { onGood, check });
      return document;
    },
  };
};
