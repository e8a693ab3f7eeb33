/**
 * Requires a fresh second factor for calls that decide who can act for users: trust in other issuers, links to
 * accounts, apps without consent. Called by the management API and the console.
 */
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { isOfUnknownAge, MULTI_FACTOR, satisfiesAcr } from '../../vocabulary/assurance.ts';
import { accountRefusal } from './account-refusals.ts';

/** Seconds for which a second factor is fresh after a sign-in with it. */
const FRESH_FACTOR_SECONDS = 300;

/** Checks that a caller recently proved a second factor. Throws 'insufficient_user_authentication'. */
export type FreshFactor = (by: Pick<By, 'assurance' | 'isOnThisMachine'>) => void;

export const freshFactor =
  (deps: { readonly clock: Pick<Clock, 'now'>; readonly identifiers: Pick<Identifiers, 'newId'> }): FreshFactor =>
  /**
   * Throws 'insufficient_user_authentication' with a denial (RFC 9470 §3) unless the caller signed in with a second
   * factor at most 300 seconds ago (`auth_time`, `acr`). A client that proved to be on the machine of this server
   * also passes.
   */
  (by): void => {
    if (by.isOnThisMachine) return;
    const { assurance } = by;
    const isFresh = assurance !== undefined && deps.clock.now() - assurance.authTime <= FRESH_FACTOR_SECONDS;
    if (isFresh && satisfiesAcr(assurance.acr, MULTI_FACTOR) && !isOfUnknownAge(assurance.amr)) return;
    throw accountRefusal('fresh_factor_needed', {
      params: { minutes: FRESH_FACTOR_SECONDS / 60 },
      denial: {
        id: deps.identifiers.newId('dny'),
        layer: 'request',
        reason: 'step_up_required',
        remedies: [{ kind: 'step_up', acr_values: MULTI_FACTOR, max_age: FRESH_FACTOR_SECONDS }],
      },
    });
  };
