import type { UpstreamIdentity } from '../../ports/upstream-client.ts';
import { normaliseUsername } from '../accounts/username.ts';
import { domainOf, type UpstreamProvider } from './upstream-provider.ts';

/** What the claims about a user mean here. */
export type UpstreamPerson = {
  readonly subject: string;
  /** In the form of usernames here; absent where the claim is none. */
  readonly username?: string;
  readonly name?: string;
  readonly email?: string;
  /** Believed only for the domains of the provider: it does not speak for others. */
  readonly emailVerified: boolean;
  /** Of the groups that the provider maps, those the claim has, as they are called there. */
  readonly claimed: readonly string[];
  readonly isMultiFactor: boolean;
  /** When the person signed in there, if that is said: epoch seconds. */
  readonly authTime?: number;
  /** What to call the person in front of themselves. */
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

/** An account's own groups without those that the provider maps, which only its link gives. */
export const ownGroups = (
  { groups: mapping }: Pick<UpstreamProvider, 'groups'>,
  groups: readonly string[],
): readonly string[] => {
  const mapped = new Set(Object.values(mapping));
  return groups.filter((group) => !mapped.has(group));
};

/** A claim that is missing, or is no text or list, has none. */
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

/** The claim of exactly this name, or one within others: `realm_access.roles`. */
const claimOf = (claims: Readonly<Record<string, unknown>>, name: string): unknown => {
  if (Object.hasOwn(claims, name)) return claims[name];
  let at: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = Reflect.get(at, part);
  }
  return at;
};
