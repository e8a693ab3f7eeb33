/** Opens the basis of the services before the server serves, and closes it in order. Called by compose.ts. */
import { stopwatch } from '../../adapters/node/stopwatch.ts';
import type { Configuration } from '../../config/configuration.ts';
import { forgetStandingAt, STANDING_APPROVALS, type StandingApproval } from '../domain/approvals/standing-approval.ts';
import { recordOpened } from '../domain/audit/transparency-log/log-life.ts';
import { DELEGATIONS, type Delegation } from '../domain/authority/delegation/delegation.ts';
import { forgetAtOf } from '../domain/authority/delegation/delegation-ends.ts';
import { endFormerHands } from '../domain/clients/agents/former-hand-overs.ts';
import { keyAddresses } from '../domain/identity/accounts/email-key-migration.ts';
import { giveEnds } from '../domain/platform/retention/backfilled-retention.ts';
import { withPriority } from '../domain/ports/write-priority.ts';
import { type FirstStart, firstStart } from '../first-start.ts';
import type { Services } from './services.ts';

/** Longest time in which a start samples the audit log. */
const SAMPLE_MILLISECONDS = 2_000;
/** Most records that the event of a mismatch names. */
const MOST_NAMED = 20;

/**
 * Compares some records of the audit log with their digests. Reports records that do not match, but lets the server start.
 * Otherwise one changed record would let an editor of the database stop the server, and the kill switch with it.
 */
const sampled = async ({ audit, state, log }: Services): Promise<void> => {
  const { checked, mismatches } = await audit.sample({
    remembered: state.remembered ?? [],
    milliseconds: SAMPLE_MILLISECONDS,
    elapsed: () => stopwatch() * 1000,
  });
  const [first] = mismatches;
  if (!first) return;
  const named = mismatches.slice(0, MOST_NAMED);
  log.error(
    { event: 'audit.mismatch_found', checked, found: mismatches.length, records: named },
    'records of the audit log do not match their digests: run `behalf audit verify --store`',
  );
  await audit.append({
    type: 'audit.mismatch_found',
    outcome: 'done',
    caller: 'system',
    target: { kind: 'audit stream', id: first.stream },
    inputs: { checked, found: mismatches.length, records: named },
  });
};

/**
 * Opens the audit log and creates what is missing. Closes the stores before it throws: their connections would keep the
 * process alive.
 */
export const opened = async (
  made: Services,
  configuration: Configuration,
  options: { readonly isSampled: boolean; readonly onFirstStart?: ((first: FirstStart) => void) | undefined },
): Promise<FirstStart> => {
  const { audit, transparencyLog, clock, state, nodes, broadcast, ephemeral, documents, log } = made;
  try {
    await audit.open(state.remembered ? { remembered: state.remembered } : {});
    // On a full volume, the reserve serves these writes.
    const first = await withPriority('essential', async () => {
      if (options.isSampled) await sampled(made);
      await transparencyLog.open();
      await recordOpened(documents, audit);
      return firstStart({ ...made, configuration, onFirstStart: options.onFirstStart });
    });
    for (const accounts of (await withPriority('essential', () => keyAddresses(documents))) ?? []) {
      const text = 'several accounts have one verified address: none of them is found by it until one is left';
      log.warn({ event: 'accounts.same_address', accounts }, text);
    }
    const handedOver = (await withPriority('essential', () => endFormerHands({ documents, audit, clock }))) ?? [];
    if (handedOver.length > 0) {
      const text = 'these agents were handed over before their hand-overs had a number: what is from before has ended';
      log.warn({ event: 'agents.former_hand_overs', agents: handedOver }, text);
    }
    const { delegation, approvals } = configuration;
    await withPriority('essential', async () => {
      await giveEnds<Delegation>(documents, DELEGATIONS, (held) => forgetAtOf(held, delegation.keptSeconds));
      await giveEnds<StandingApproval>(documents, STANDING_APPROVALS, ({ expiresAt }) =>
        forgetStandingAt(expiresAt, approvals.keptSeconds),
      );
    });
    return first;
  } catch (error) {
    // The store that this writes to may be the one that failed.
    await nodes.leave().catch(() => undefined);
    await Promise.allSettled([broadcast.close(), ephemeral.close(), documents.close()]);
    throw error;
  }
};

/**
 * Makes the active policies ready, which the first decision would do otherwise, then logs what they permit no user. No start waits for
 * it: the policy engine takes a third of the processor time of one. Throws what either fails with; it may be called again.
 */
export const readyPolicies = async (
  { policies, activePolicy, log }: Pick<Services, 'policies' | 'activePolicy' | 'log'>,
  { policy }: Pick<Configuration, 'policy'>,
): Promise<void> => {
  if (policy.enforcement !== 'on') return;
  await activePolicy.current();
  for (const { version, message } of await policies.gaps()) log.warn({ event: 'policy.gap', version }, message);
};

/** Closes all open parts: the audit log before its store. */
export const close = async ({
  activePolicy,
  mailer,
  audit,
  nodes,
  broadcast,
  ephemeral,
  documents,
}: Services): Promise<void> => {
  activePolicy.release();
  mailer?.close();
  await audit.close();
  // A name that this node cannot release becomes free once the node has been silent for a while.
  await nodes.leave().catch(() => undefined);
  await broadcast.close();
  await ephemeral.close();
  await documents.close();
};
