/**
 * Receives security events of trusted transmitters: records each once, and applies its effects under the brake. Called by
 * src/http/signals and by the management API.
 */
import type { AuditLog } from '../../audit/audit-event.ts';
import type { DeactivationBrake } from '../../identity/directories/deactivation-brake.ts';
import type { MasterKey } from '../../platform/crypto/master-key.ts';
import type { Quota } from '../../platform/rate-limits/quota.ts';
import { documentRefusal } from '../../platform/registries/document-refusals.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import { SECURITY_EVENTS } from '../security-events.ts';
import type { SubjectIdentifier } from '../subject-identifiers.ts';
import { isSetRefusal, type ReceivedSet, type SetRefusal, type SetVerifier } from './received-set.ts';
import { contentOf, reached } from './signal-content.ts';
import type { SignalEffects } from './signal-effects.ts';
import { requestOf, type SignalContent, type SignalRecords } from './signal-records.ts';
import type { SignalSubjects } from './signal-subjects.ts';
import type { Signal, SignalEffect, Transmitter } from './transmitter.ts';
import { transmitterRefusal } from './transmitter-refusals.ts';
import type { TransmitterRegistry } from './transmitter-registry.ts';

/** The sender of a request. */
export type SignalSource = { readonly request: string; readonly source: string };

/** Where a SET comes from: a request of its transmitter, or the answer of a poll that named it by its `jti` (RFC 8936 §2.5). */
export type SetSource = SignalSource | { readonly polledAs: string };

export interface SignalReceiver {
  /**
   * Receives one SET of an authenticated transmitter. Resolves when it and its effects are durable. Returns the refusal of an
   * invalid one, which has no effect. A SET that was received before has none either. Throws 'forbidden' for a disabled
   * transmitter and for a pushed SET of a polled one, 'too_many_requests', and 'unavailable' and StoreUnavailable, after which
   * it may be sent again.
   */
  receive(text: string, transmitter: Transmitter, from: SetSource): Promise<SetRefusal | undefined>;
  /**
   * Records a request of a transmitter that has the form of no event and no revocation. Throws 'forbidden' for a disabled
   * transmitter, and 'too_many_requests'.
   */
  malformed(transmitter: Transmitter, from: SignalSource): Promise<void>;
  /**
   * Revokes all tokens and sessions of a person (draft-parecki-oauth-global-token-revocation). Throws 'not_found' when the
   * transmitter may speak of no such person, 'invalid_field' for a subject that is one session, 'forbidden' when it may not
   * revoke tokens, and 'unavailable' during a pause.
   */
  revokeAll(subject: SubjectIdentifier, transmitter: Transmitter, from: SignalSource): Promise<void>;
  /**
   * Ends the pause of a transmitter and applies its held signals, oldest first, at most 1,000. As many as `allowed` further
   * accounts pass within a day; default: as many as were held. Applies signals also that an earlier call left held. Throws
   * 'conflict' when there is no pause and nothing is held.
   */
  resume(transmitter: Transmitter, allowed: number | undefined, by: By): Promise<void>;
  /** Lets a held signal have no effect. Throws 'not_found', and 'conflict' when it is not held. */
  discard(id: string, by: By): Promise<Versioned<Signal>>;
}

export type SignalReceiverDeps = {
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  readonly masterKey: Pick<MasterKey, 'ordered'>;
  readonly transmitters: Pick<TransmitterRegistry, 'verified'>;
  readonly records: SignalRecords;
  readonly verifier: SetVerifier;
  readonly subjects: SignalSubjects;
  readonly effects: SignalEffects;
  readonly brake: DeactivationBrake;
  readonly quota: Quota;
};

export const signalReceiver = (deps: SignalReceiverDeps): SignalReceiver => {
  const { clock, identifiers, records, transmitters, verifier, subjects, brake } = deps;
  const apply = applying(deps);

  const refused = (error: string, note: string, transmitter: Transmitter, by: By) =>
    deps.audit.append({
      ...{ type: 'signal.refused', outcome: 'refused', caller: by.caller, error, note },
      target: { kind: 'trusted transmitter', id: transmitter.id },
      ...requestOf(by),
    });

  const applyOrHold = async (signal: Signal, transmitter: Transmitter, by: By): Promise<void> => {
    if (signal.state !== 'pending') return;
    try {
      await apply(signal, transmitter, by);
    } catch (error) {
      if (!isPause(error)) throw error;
      // Beyond what the brake lists, nothing is accepted: the transmitter keeps it.
      if ((await brake.activity(transmitter.id))?.isMoreHeld) throw error;
      await records.record('signal.held', signal, by);
      await records.move(signal.id, 'held', { expiresAt: clock.now() + HELD_SECONDS });
    }
  };

  const verification = async ({ jti, claims: { state } }: ReceivedSet, { id }: Transmitter, by: By) => {
    const isText = state === undefined || typeof state === 'string';
    const event = { jti, ...(typeof state === 'string' ? { state } : {}) };
    if (isText && (await transmitters.verified(id, event, by))) return undefined;
    return {
      err: 'invalid_state',
      check: 'state',
      why: 'state is not the expected one; an administrator of this server can request a new one',
    } as const;
  };

  /** Checks that the transmitter may send now, and returns who acts. */
  const sender = async (transmitter: Transmitter, from: Partial<SignalSource>): Promise<By> => {
    const by = { caller: transmitter.id, ...from };
    await deps.quota.take(transmitter.id);
    if (transmitter.state !== 'active') {
      await refused('access_denied', 'transmitter', transmitter, by);
      throw transmitterRefusal('transmitter_disabled');
    }
    return by;
  };

  const receivedBy = async (
    text: string,
    transmitter: Transmitter,
    by: By,
    expected?: string,
  ): Promise<SetRefusal | undefined> => {
    const set = await verifier.verify(text, transmitter, by.source ?? transmitter.id);
    if (isSetRefusal(set)) return set;
    // Otherwise the acknowledgement of one event would be that of another.
    if (expected !== undefined && set.jti !== expected)
      return { err: 'invalid_request', check: 'jti', why: 'jti is not the name of the token in sets' };
    await brake.contact(transmitter.id);
    if (set.type === SECURITY_EVENTS.verification) return verification(set, transmitter, by);
    if (set.type === SECURITY_EVENTS.stream_updated) return undefined;
    // Of both keys while the master key is rotated: the event may have been stored before.
    const keys = deps.masterKey.ordered('signal', transmitter.id, set.jti);
    const content = await contentOf(set, transmitter, subjects);
    await applyOrHold(await records.stored(keys, content, transmitter, by), transmitter, by);
    return undefined;
  };

  return {
    async receive(text, transmitter, from): Promise<SetRefusal | undefined> {
      const [expected, sent] = 'polledAs' in from ? [from.polledAs, {}] : [undefined, from];
      const by = await sender(transmitter, sent);
      if (expected === undefined && transmitter.delivery === 'poll') {
        await refused('access_denied', 'delivery', transmitter, by);
        throw transmitterRefusal('transmitter_polled');
      }
      const refusal = await receivedBy(text, transmitter, by, expected);
      if (refusal) await refused(refusal.err, refusal.check, transmitter, by);
      return refusal;
    },

    async malformed(transmitter, from): Promise<void> {
      await refused('invalid_request', 'form', transmitter, await sender(transmitter, from));
    },

    async revokeAll(subject, transmitter, from): Promise<void> {
      const by = await sender(transmitter, from);
      const mayRevoke = Object.values(transmitter.effects).some((all) => all.includes('revoke_tokens'));
      if (!mayRevoke) {
        await refused('forbidden', 'event_not_accepted', transmitter, by);
        throw transmitterRefusal('revocation_event_not_trusted');
      }
      // A revocation has no part for one session: to end all tokens would affect more than the transmitter said. Before the person is
      // looked for: otherwise the answer would tell whether an account with a role is linked.
      if (subject.format === 'complex' && subject.session !== undefined) {
        await refused('invalid_request', 'subject', transmitter, by);
        throw transmitterRefusal('revocation_subject_narrowed', { field: '/sub_id' });
      }
      const { account, why } = reached(await subjects.find(transmitter, subject));
      if (why !== undefined || account === undefined) {
        await refused('not_found', why ?? 'unknown_subject', transmitter, by);
        throw transmitterRefusal('revocation_subject_unknown');
      }
      const content: SignalContent = { event: 'tokens_revoked', effects: ['revoke_tokens'], at: clock.now(), account };
      const signal = await records.stored([identifiers.newSecret()], content, transmitter, by);
      try {
        await apply(signal, transmitter, by);
      } catch (error) {
        // The caller is told, and asks again.
        if (isPause(error)) await records.move(signal.id, 'no_effect', { why: 'paused' });
        throw error;
      }
    },

    async resume(transmitter, allowed, by): Promise<void> {
      const left = await records.held(transmitter.id, 1);
      try {
        await brake.resume({ id: transmitter.id }, allowed, by);
      } catch (error) {
        // A crash, or more signals than one call applies, left some after their pause had ended.
        if (left.length === 0 || !isNoPause(error)) throw error;
      }
      for (const signal of await records.held(transmitter.id, MOST_AT_ONCE)) {
        // Another administrator may have discarded it meanwhile.
        if ((await records.get(signal.id))?.document.state !== 'held') continue;
        try {
          await apply(signal, transmitter, by, () => records.record('signal.released', signal, by));
        } catch (error) {
          if (isPause(error)) return;
          throw error;
        }
      }
    },

    async discard(id, by): Promise<Versioned<Signal>> {
      const found = (await records.get(id))?.document;
      if (!found) throw documentRefusal('document_not_found', { params: { kind: 'signal' } });
      if (found.state !== 'held') throw transmitterRefusal('signal_not_held');
      await records.record('signal.discarded', found, by);
      return records.move(id, 'discarded');
    },
  };
};

/**
 * Applies a signal that is pending or held. Throws 'unavailable' as the brake does. Calls `passed` when the brake let it pass,
 * before any effect. It may be days old: a signal whose account has a role or no link by now has no effect.
 */
const applying =
  ({ records, effects, brake, subjects }: Pick<SignalReceiverDeps, 'records' | 'effects' | 'brake' | 'subjects'>) =>
  async (
    signal: Signal,
    transmitter: Transmitter,
    by: By,
    passed: () => Promise<unknown> = async () => undefined,
  ): Promise<void> => {
    const { id, account } = signal;
    if (account === undefined) return;
    const { why } = reached(await subjects.linked(transmitter, account));
    if (why !== undefined) {
      await records.record('signal.discarded', { ...signal, why }, by);
      await records.move(id, 'no_effect', { why });
      return;
    }
    const { mostAccounts: mostDeactivations, mostAccountsPercent: mostDeactivationsPercent } = transmitter;
    const isCounted = signal.level === 'high' || signal.effects.some((effect) => !HARMLESS.has(effect));
    if (isCounted) await brake.count({ id: transmitter.id, mostDeactivations, mostDeactivationsPercent }, account, by);
    await passed();
    await effects.apply({ ...signal, account }, transmitter, by);
    await records.move(id, 'applied');
  };

const HELD_SECONDS = 30 * 86_400;
const MOST_AT_ONCE = 1000;
/** The brake does not count a signal that does no more, while its level is not high. */
const HARMLESS: ReadonlySet<SignalEffect> = new Set(['record_risk']);

const isPause = (error: unknown): boolean => isDomainError(error) && error.reason === 'transmitter_effects_paused';
const isNoPause = (error: unknown): boolean => isDomainError(error) && error.reason === 'transmitter_not_paused';
