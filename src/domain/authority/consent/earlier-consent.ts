/**
 * What a person who returns allows already, of all that a question asks. Reads remembered answers and delegations. Changes
 * nothing and decides nothing: the page says it, and the person decides again.
 */
import type { Revocation } from '../../ports/revocation.ts';
import { detailsWithout } from '../../resources/authorization-details/narrowed-details.ts';
import { type Delegation, decidedAtOf } from '../delegation/delegation.ts';
import type { DelegationRegistry } from '../delegation/delegation-registry.ts';
import { rightsByDigest } from './allowed-rights.ts';
import type { ConsentQuestion } from './consent.ts';
import { actorIn } from './consent-events.ts';
import type { RememberedAnswers } from './remembered-answers.ts';
import type { RememberedConsent } from './remembered-consent.ts';

/** A right that is held, how long, and when the person decided about it. */
type Held = { readonly expiresAt: number; readonly decidedAt: number };

export const earlierConsents = ({
  answers,
  delegations,
  revocation,
}: {
  readonly answers: Pick<RememberedAnswers, 'live'>;
  readonly delegations: Pick<DelegationRegistry, 'consented'>;
  readonly revocation: Pick<Revocation, 'ended'>;
}) => {
  /** Whether a kill or an epoch ended a remembered answer. */
  const isEnded = async ({ account: subject, clientId, createdAt: since }: RememberedConsent): Promise<boolean> =>
    (await revocation.ended([{ subject, parties: [clientId], since, consentedAt: since }])) !== undefined;

  /** What live answers hold, by the digest of the right. */
  const byAnswers = async (of: ConsentQuestion): Promise<ReadonlyMap<string, Held>> => {
    const held = new Map<string, Held>();
    for (const answer of await answers.live(of)) {
      if (await isEnded(answer)) continue;
      for (const right of answer.rights ?? []) {
        if ((held.get(right)?.expiresAt ?? 0) < answer.expiresAt)
          held.set(right, { expiresAt: answer.expiresAt, decidedAt: answer.createdAt });
      }
    }
    return held;
  };

  /** The live delegation to the acting agent at each resource; undefined without such an agent. */
  const byDelegations = async (of: ConsentQuestion): Promise<ReadonlyMap<string, Delegation> | undefined> => {
    const agent = actorIn(of);
    if (!agent) return undefined;
    const found = new Map<string, Delegation>();
    for (const { identifier } of of.resources) {
      const delegation = await delegations.consented(of.account.id, agent.id, identifier, of.via?.id);
      if (delegation) found.set(identifier, delegation);
    }
    return found;
  };

  return {
    isEnded,

    /** Expiry of a remembered consent to an agent. Undefined unless the delegations still hold all of it. */
    async stillHeld(consent: RememberedConsent, agent: string): Promise<number | undefined> {
      let expiresAt = consent.expiresAt;
      for (const resource of new Set([...Object.keys(consent.resources), ...Object.keys(consent.details ?? {})])) {
        const delegation = await delegations.consented(consent.account, agent, resource);
        if (!delegation || consent.resources[resource]?.some((name) => !delegation.scope.includes(name)))
          return undefined;
        if (detailsWithout(consent.details?.[resource], delegation.details).length > 0) return undefined;
        expiresAt = Math.min(expiresAt, delegation.expiresAt);
      }
      return expiresAt;
    },

    /** The question with what the person allows of it already, and with the duration of their last decision. */
    async added(of: ConsentQuestion): Promise<ConsentQuestion> {
      // Under a new owner nothing is allowed, and no earlier choice applies.
      if (of.isNewOwner) return of;
      const answered = await byAnswers(of);
      const delegated = await byDelegations(of);
      if (answered.size === 0 && (delegated?.size ?? 0) === 0) return of;
      const holds = (delegation: Delegation, kind: string, name: string): boolean => {
        if (kind === 'scope') return delegation.scope.includes(name);
        const asked = of.resources.flatMap(({ details }) => details).find(({ id }) => id === name);
        return asked !== undefined && detailsWithout([asked.detail], delegation.details).length === 0;
      };
      const held = rightsByDigest(of).flatMap(({ digest, kind, name, resource }) => {
        const answer = answered.get(digest);
        if (kind === 'openid' || !delegated) return answer ? [{ kind, name, resource, ...answer }] : [];
        const delegation = delegated.get(resource);
        if (!delegation || !holds(delegation, kind, name)) return [];
        // The app and its agent both need the right.
        if (of.actor && !answer) return [];
        const { expiresAt } = delegation;
        return [{ kind, name, resource, expiresAt, decidedAt: decidedAtOf(delegation) }];
      });
      const last = held.toSorted((one, other) => other.decidedAt - one.decidedAt)[0];
      if (!last) return of;
      const named = (wanted: string, at?: string): readonly string[] =>
        held
          .filter(({ kind, resource }) => kind === wanted && (at === undefined || resource === at))
          .map(({ name }) => name);
      return {
        ...of,
        duration: durationAsBefore(of, last.expiresAt - last.decidedAt),
        earlier: {
          openidScopes: named('openid'),
          resources: Object.fromEntries(of.resources.map(({ identifier }) => [identifier, named('scope', identifier)])),
          detailIds: named('detail'),
          until: Math.min(...held.map(({ expiresAt }) => expiresAt)),
        },
      };
    },
  };
};

/** The longest offered duration that is not longer than the earlier one; the shortest one if all are longer. */
const durationAsBefore = ({ durations, duration }: ConsentQuestion, earlier: number): number =>
  durations.findLast((seconds) => seconds <= earlier) ?? durations[0] ?? duration;
