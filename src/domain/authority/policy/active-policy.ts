import type { DocumentStore } from '../../ports/document-store.ts';
import { type CompiledPolicies, type PolicyEngine, policiesUnavailable } from '../../ports/policy-engine.ts';
import { ACTIVE, ACTIVE_POLICY, type ActivePolicy, POLICY_SETS, type PolicySet } from './policy-set.ts';

type PoliciesInForce = { readonly version: number; readonly policies: CompiledPolicies };

/** Number of compiled sets that are kept. A request that began under the previous set ends under it. */
const MOST_READY = 4;

export interface ActivePolicies {
  /**
   * Undefined before a set was ever activated. Throws DomainError 'unavailable' when the active set cannot be used, and
   * StoreUnavailable. Fails closed: without policies nothing is permitted.
   */
  current(): Promise<PoliciesInForce | undefined>;

  /** Frees the compiled sets, and each one that becomes ready later. 'current' then fails where it needs one. */
  release(): void;
}

/**
 * The active policies. Each evaluation reads which set is active, so that an activation takes effect on all nodes with the
 * next evaluation. A set is read and compiled once.
 */
export const newActivePolicy = ({
  documents,
  engine,
}: {
  readonly documents: DocumentStore;
  readonly engine: PolicyEngine;
}): ActivePolicies => {
  const pointers = documents.collection<ActivePolicy>(ACTIVE_POLICY);
  const sets = documents.collection<PolicySet>(POLICY_SETS);
  const ready = new Map<string, PoliciesInForce>();
  const making = new Map<string, Promise<PoliciesInForce>>();
  let isReleased = false;

  const make = async ({ set, version }: ActivePolicy): Promise<PoliciesInForce> => {
    const found = await sets.get(set);
    if (!found) throw policiesUnavailable(`policy set ${set} counts and is not there`);
    let policies: CompiledPolicies;
    try {
      policies = await engine.compile(found.document.text, { wasTaken: true, isAwaited: true });
    } catch (error) {
      throw policiesUnavailable(`policy set ${set} counts and cannot be used`, error);
    }
    if (isReleased) {
      policies.release();
      throw policiesUnavailable('the server has stopped');
    }
    const activePolicy = { version, policies };
    ready.set(set, activePolicy);
    for (const [id, old] of ready) {
      if (ready.size <= MOST_READY) break;
      ready.delete(id);
      old.policies.release();
    }
    return activePolicy;
  };

  return {
    async current(): Promise<PoliciesInForce | undefined> {
      const pointer = await pointers.get(ACTIVE);
      if (!pointer) return undefined;
      const { set } = pointer.document;
      const known = ready.get(set);
      if (known) return known;
      // Concurrent callers share one read.
      const made = making.get(set) ?? make(pointer.document).finally(() => making.delete(set));
      making.set(set, made);
      return made;
    },

    release(): void {
      isReleased = true;
      for (const { policies } of ready.values()) policies.release();
      ready.clear();
    },
  };
};
