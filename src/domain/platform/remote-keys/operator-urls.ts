/**
 * The caller who entered a URL determines which hosts it may reach. A URL from an operator or administrator may lead to
 * internal hosts that the configuration opens for its purpose. A URL from an owner, software or an unauthenticated
 * caller leads to public hosts only.
 */

import type { FetchReason, InternalPurpose, TrustedFetch } from '../../ports/trusted-fetch.ts';
import { keyRefusal } from './key-refusals.ts';

export type HoldsUrls = {
  /** The URLs among these that an operator or administrator entered. Absent: none. */
  readonly operatorUrls?: readonly string[];
};

/** Whether an operator or administrator entered this URL of an agent or client. */
export const isByOperator = ({ operatorUrls }: HoldsUrls, url: string | undefined): boolean =>
  url !== undefined && (operatorUrls?.includes(url) ?? false);

/** The stored part of it: current URLs that were entered by role, before or now. */
export const operatorUrlsOf = (
  now: readonly (string | undefined)[],
  before: HoldsUrls | undefined,
  entered: readonly (string | null | undefined)[] = [],
): HoldsUrls => {
  const kept = now.filter((url) => url !== undefined && (isByOperator(before ?? {}, url) || entered.includes(url)));
  return kept.length === 0 ? {} : { operatorUrls: [...new Set(kept as readonly string[])].sort() };
};

/** The purpose of a URL, and whether a caller with a role entered it. */
export type UrlReach = { readonly purpose: InternalPurpose; readonly isByRole: boolean };

/** Throws 'invalid_field' unless this server could connect to such a URL. Without outbound connections it never can. */
export const checkReachable = (
  url: string,
  field: string,
  check: TrustedFetch['check'] | undefined,
  { purpose, isByRole }: UrlReach,
): void => {
  const objection: FetchReason | undefined = check
    ? check(url, isByRole ? purpose : undefined)
    : ('url_not_allowed' as const);
  if (objection === 'address_not_allowed') {
    throw keyRefusal('operator_host_not_public', { field, params: { purpose } });
  }
  if (objection !== undefined) {
    throw keyRefusal('operator_url_malformed', { field });
  }
};
