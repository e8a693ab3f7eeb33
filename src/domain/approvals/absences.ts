import type { AuditEvent, AuditLog } from '../audit/audit-event.ts';
import type { Account } from '../identity/accounts/account.ts';
import type { By, Page, PageQuery } from '../platform/registries/registered-documents.ts';
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, LOST, retryLost, tryInsert, type Versioned } from '../ports/document-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { Revocation } from '../ports/revocation.ts';
import type { Assurance } from '../vocabulary/assurance.ts';
import { fieldRefusal } from '../vocabulary/field-refusals.ts';
import { ABSENCES, type Absence, isWithin } from './absence.ts';
import { absenceRefusal } from './absence-refusals.ts';

/** An absence as its account declares it. */
export type NewAbsence = { readonly deputy: string; readonly from: number; readonly until: number };

const DAY = 86_400;
/** A longer absence is not temporary. */
const MOST_SECONDS = 60 * DAY;
const LATEST_START = 180 * DAY;
/** Maximum number of absences of one account that have not ended. */
const MOST_OPEN = 3;
/** Maximum number of people for whom one account can be deputy at a time. */
const MOST_DEPUTIZED = 20;
const KEPT_SECONDS = 90 * DAY;
const LOOKED_AT = 100;

/**
 * Decides who acts for an absent person. A deputy may do no more than the absent person: each decision checks whether
 * that person could decide (effective-votes.ts). A deputy cannot appoint a deputy for it. An absence is valid while
 * both accounts are active, and no longer than the sessions in which it may have been declared. Ending all sessions of
 * the absent person, or a kill of either account, ends it for good.
 */
export interface Absences {
  /**
   * Appoints a deputy. Throws DomainError:
   * - 'invalid_field', naming the member;
   * - 'conflict' for more than three absences that have not ended;
   * - 'insufficient_user_authentication' without a recent sign-in as strong as the account allows.
   */
  declare(
    account: string,
    wanted: NewAbsence,
    declaredBy: { readonly by: By; readonly assurance: Assurance },
  ): Promise<Absence>;
  /**
   * Ends an absence early. Approvals that the deputy gave by it become invalid, unless a token was issued for them. An
   * absence that has ended does not change. The caller checks who may end it.
   */
  end(id: string, by: By): Promise<Versioned<Absence>>;
  /** Reads one absence with its version. Undefined when there is none. */
  get(id: string): Promise<Versioned<Absence> | undefined>;
  /** Lists absences, newest first: all, those of one absent account, or those of one deputy. */
  list(
    query: PageQuery & { readonly account?: string | undefined; readonly deputy?: string | undefined },
  ): Promise<Page<Absence>>;
  /** Whether an absence is still valid: both accounts are active, and nothing has ended the declaration since. */
  isFounded(absence: Absence): Promise<boolean>;
  /** Absences in which an account is deputy now. */
  ofDeputy(deputy: string): Promise<readonly Absence[]>;
  /** Current absences of some accounts. */
  ofAway(accountsAway: readonly string[]): Promise<readonly Absence[]>;
  /**
   * Whether a deputy's vote at a given second is still valid. It stays valid after the absence expires, and becomes
   * invalid when the absence ends in any other way.
   */
  counts(vote: { id: string; account: string; deputy: string; at: number }): Promise<boolean>;
}

export const absences = ({
  documents,
  clock,
  identifiers,
  audit,
  accounts,
  revocation,
  isSure,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  /** Accounts in their effective state. */
  readonly accounts: { get(id: string): Promise<Versioned<Account> | undefined> };
  readonly revocation: Pick<Revocation, 'ended'>;
  /**
   * Whether a sign-in is recent and as strong as the account's factors allow. Appointing a deputy is as sensitive as
   * adding a factor.
   */
  readonly isSure: (account: string, assurance: Assurance) => Promise<boolean>;
}): Absences => {
  const absences = documents.collection<Absence>(ABSENCES);

  const about = ({ id, account, deputy }: Absence): Partial<AuditEvent> => ({
    target: { kind: 'absence', id },
    subject: account,
    inputs: { deputy },
  });

  const slotsOf = (account: string): readonly string[] =>
    Array.from({ length: MOST_OPEN }, (_, place) => `${account} ${place}`);

  /** The first free slot. A slot held by an absence that has ended counts as free. */
  const freeSlot = async (account: string): Promise<string | undefined> => {
    for (const slot of slotsOf(account)) {
      const [holder] = await absences.find({ where: { slot }, limit: 1 });
      if (!holder) return slot;
      const { document, version } = holder;
      if (document.until > clock.now()) continue;
      if (await absences.replace({ ...document, slot: document.id }, version)) return slot;
    }
    return undefined;
  };

  const isFounded = async ({ account, deputy, createdAt }: Absence): Promise<boolean> => {
    const [away, other] = await Promise.all([accounts.get(account), accounts.get(deputy)]);
    if (away?.document.state !== 'active' || other?.document.state !== 'active') return false;
    const { sessionsValidFrom, tokensValidFrom = 0 } = away.document;
    if (createdAt < sessionsValidFrom || createdAt < tokensValidFrom) return false;
    if (createdAt < (other.document.tokensValidFrom ?? 0)) return false;
    const parts = [account, deputy].map((subject) => ({ subject, since: createdAt }));
    return (await revocation.ended(parts)) === undefined;
  };

  /** Absences that have not ended, ordered by their end. */
  const openOf = async (where: Partial<Pick<Absence, 'account' | 'deputy'>>): Promise<readonly Absence[]> => {
    const found = await absences.find({
      where: { ...where, state: 'open' },
      range: { field: 'until', gte: clock.now() + 1 },
      order: { by: 'until', direction: 'ascending' },
      limit: LOOKED_AT,
    });
    return found.map(({ document }) => document);
  };

  const standing = async (all: readonly Absence[]): Promise<readonly Absence[]> => {
    const within = all.filter((one) => isWithin(one, clock.now()));
    const founded = await Promise.all(within.map(isFounded));
    return within.filter((_, index) => founded[index]);
  };

  const check = async (account: string, { deputy, from, until }: NewAbsence): Promise<void> => {
    const now = clock.now();
    if (!Number.isSafeInteger(from) || from > now + LATEST_START) {
      throw absenceRefusal('absence_start_invalid', { field: '/from' });
    }
    if (!Number.isSafeInteger(until) || until <= Math.max(from, now) || until - from > MOST_SECONDS) {
      throw absenceRefusal('absence_end_invalid', { field: '/until' });
    }
    if (deputy === account) throw absenceRefusal('deputy_is_self', { field: '/deputy' });
    if ((await accounts.get(deputy))?.document.state !== 'active') {
      throw fieldRefusal('account_unknown', { field: '/deputy' });
    }
    if ((await openOf({ deputy })).length >= MOST_DEPUTIZED) throw absenceRefusal('deputy_taken', { field: '/deputy' });
  };

  return {
    async declare(account, wanted, { by, assurance }): Promise<Absence> {
      if (!(await isSure(account, assurance))) {
        throw absenceRefusal('absence_needs_sign_in');
      }
      await check(account, wanted);
      return retryLost('an absence', async () => {
        const slot = await freeSlot(account);
        if (slot === undefined) throw absenceRefusal('absences_exceeded');
        const now = clock.now();
        const { deputy, until } = wanted;
        const from = Math.max(wanted.from, now);
        const absence: Absence = {
          id: identifiers.newId('abs'),
          account,
          deputy,
          from,
          until,
          state: 'open',
          slot,
          createdAt: now,
          forgetAt: until + KEPT_SECONDS,
        };
        const event = {
          ...about(absence),
          type: 'absence.declared',
          caller: by.caller,
          inputs: { deputy, from, expiresAt: until },
          ...(by.request === undefined ? {} : { request: by.request }),
        } as const;
        await audit.append({
          ...event,
          outcome: 'done',
          ...(by.source === undefined ? {} : { personal: { source: by.source } }),
        });
        if (await tryInsert(absences, absence)) return absence;
        await audit.append({ ...event, outcome: 'refused', note: 'never stored: another one came first' });
        return LOST;
      });
    },

    end: (id, by): Promise<Versioned<Absence>> =>
      retryLost(id, async () => {
        const found = await absences.get(id);
        if (!found) throw absenceRefusal('absence_not_found');
        const { document, version } = found;
        const now = clock.now();
        if (document.state === 'ended' || document.until <= now) return found;
        const event = {
          ...about(document),
          type: 'absence.ended',
          caller: by.caller,
          ...(by.request === undefined ? {} : { request: by.request }),
          ...(by.source === undefined ? {} : { personal: { source: by.source } }),
        } as const;
        await audit.append({ ...event, outcome: 'done' });
        const next: Absence = { ...document, state: 'ended', slot: document.id, endedAt: now, endedBy: by.caller };
        if (await absences.replace(next, version)) return { document: next, version: version + 1 };
        await audit.append({ ...event, outcome: 'refused', note: 'came to nothing: it was ended first' });
        return LOST;
      }),

    get: (id): Promise<Versioned<Absence> | undefined> => absences.get(id),

    async list({ account, deputy, limit = 50, after }): Promise<Page<Absence>> {
      const found = await absences.find({
        where: { ...(account === undefined ? {} : { account }), ...(deputy === undefined ? {} : { deputy }) },
        order: { by: 'createdAt', direction: 'descending' },
        limit: limit + 1,
        ...(after ? { after } : {}),
      });
      const items = found.slice(0, limit);
      const last = items.at(-1)?.document;
      return found.length > limit && last ? { items, next: { value: last.createdAt, id: last.id } } : { items };
    },

    isFounded,

    ofDeputy: async (deputy): Promise<readonly Absence[]> => standing(await openOf({ deputy })),

    ofAway: async (accountsAway): Promise<readonly Absence[]> =>
      standing((await Promise.all(accountsAway.map((account) => openOf({ account })))).flat()),

    async counts({ id, account, deputy, at }) {
      const absence = (await absences.get(id))?.document;
      return (
        absence?.account === account && absence.deputy === deputy && isWithin(absence, at) && (await isFounded(absence))
      );
    },
  };
};
