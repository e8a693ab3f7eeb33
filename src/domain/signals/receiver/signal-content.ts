/** What a security event says and does here: whom it reaches, and which of its effects it has. */
import type { ReceivedSet } from './received-set.ts';
import type { SignalContent } from './signal-records.ts';
import { happenedAt, receivedEventOf, riskOf } from './signal-risk.ts';
import type { SignalSubject, SignalSubjects } from './signal-subjects.ts';
import type { NoEffectReason, Transmitter } from './transmitter.ts';

/** The account that a signal reaches, or why it reaches none. */
export const reached = (
  found: SignalSubject | undefined,
): { readonly account?: string; readonly why?: NoEffectReason } => {
  if (!found) return { why: 'unknown_subject' };
  const { id, roles, removedAt } = found.account;
  // No system elsewhere decides about those who administer this server.
  if (roles.length > 0) return { account: id, why: 'account_privileged' };
  return removedAt === undefined ? { account: id } : { account: id, why: 'account_inactive' };
};

/** The content of the signal of a verified SET. Store errors propagate. */
export const contentOf = async (
  { type, claims, iat, txn, subject }: ReceivedSet,
  transmitter: Transmitter,
  subjects: SignalSubjects,
): Promise<SignalContent> => {
  const event = receivedEventOf(type);
  const about = {
    at: happenedAt(claims, iat),
    ...(event === undefined ? {} : { event, level: riskOf(event, claims) }),
    ...(txn === undefined ? {} : { txn }),
  };
  const accepted = event && transmitter.effects[event];
  if (!accepted) return { ...about, effects: [], why: 'event_not_accepted' };
  const found = subject && (await subjects.find(transmitter, subject));
  const reach = reached(found);
  if (reach.why !== undefined) return { ...about, ...reach, effects: [] };
  // The end of a risk, or a higher assurance, ends nothing and requires nothing.
  const effects = about.level === 'none' ? accepted.filter((effect) => effect === 'record_risk') : accepted;
  return { ...about, ...reach, ...(found?.session === undefined ? {} : { session: found.session }), effects };
};
