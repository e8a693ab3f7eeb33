import type { UpstreamIdentity } from '../../ports/upstream-client.ts';
import { normaliseUsername } from '../accounts/username.ts';
import { domainOf, type UpstreamProvider } from './upstream-provider.ts';

/** The meaning of the claims about a user here. */
export type UpstreamPerson = {
  readonly subject: string;
  /** In the form of usernames here; absent where the claim is no valid one. */
  readonly username?: string;
  readonly name?: string;
  readonly email?: string;
  /** Trusted only for the domains of the provider, which has no authority over others. */
  readonly emailVerified: boolean;
  /** The groups in the claim that the provider maps, by their names there. */
  readonly claimed: readonly string[];
  readonly isMultiFactor: boolean;
  /** When the user signed in there, if reported: epoch seconds. */
  readonly authTime?: number;
  /** How to address the user on pages. */
  readonly label: string;
};

const LONGEST = 300;

export const upstreamPerson = (provider: UpstreamProvider, { subject, claims }: UpstreamIdentity): UpstreamPerson => {
  const text = (name: string): string | undefined => {
    const value = claimOf(claims, name);
    return typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST ? value.trim() : undefined;
  };
  const email = text(provider.claims.email);
  const username = normaliseUsername(text(provider.claims.username) ?? email ?? '');
  const name = text(provider.claims.name);
  const authTime = claims['auth_time'];
  const domain = email === undefined ? undefined : domainOf(email);
  return {
    subject,
    ...(username === undefined ? {} : { username }),
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    emailVerified: claims['email_verified'] === true && domain !== undefined && provider.domains.includes(domain),
    claimed: claimedOf(provider, claimOf(claims, provider.claims.groups)),
    isMultiFactor: isMultiFactor(provider, claims),
    ...(typeof authTime === 'number' && Number.isSafeInteger(authTime) ? { authTime } : {}),
    label: email ?? text(provider.claims.username) ?? name ?? subject,
  };
};

/** An account's own groups, without those that the provider maps: only its link gives those. */
export const ownGroups = (
  { groups: mapping }: Pick<UpstreamProvider, 'groups'>,
  groups: readonly string[],
): readonly string[] => {
  const mapped = new Set(Object.values(mapping));
  return groups.filter((group) => !mapped.has(group));
};

/** A claim that is missing, or is neither text nor list, names no groups. */
const claimedOf = ({ groups: mapping }: UpstreamProvider, claim: unknown): readonly string[] => {
  const values: readonly unknown[] = typeof claim === 'string' ? [claim] : Array.isArray(claim) ? claim : [];
  const mapped = values.filter((value): value is string => typeof value === 'string' && Object.hasOwn(mapping, value));
  return [...new Set(mapped)].sort();
};

const isMultiFactor = (
  { multiFactor: { acr, amr } }: UpstreamProvider,
  claims: Readonly<Record<string, unknown>>,
): boolean => {
  const methods = Array.isArray(claims['amr']) ? claims['amr'] : [];
  const isOfClass = typeof claims['acr'] === 'string' && acr.includes(claims['acr']);
  return isOfClass || methods.some((method) => typeof method === 'string' && amr.includes(method));
};

/** The claim of exactly this name, or a nested one: `realm_access.roles`. */
const claimOf = (claims: Readonly<Record<string, unknown>>, name: string): unknown => {
  if (Object.hasOwn(claims, name)) return claims[name];
  let at: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = Reflect.get(at, part);
  }
  return at;
};
