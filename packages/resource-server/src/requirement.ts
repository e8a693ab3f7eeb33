import type { Access, AuthorizationDetail } from './access.ts';
import { areInside } from './detail-rules.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';

/** What one request needs. */
export type Requirement = {
  /** Every scope of the list. */
  readonly scopes?: readonly string[];
  /**
   * `required`: an agent acts for the subject. `none`: no agent does, so that only a person's own app may. A list: ids of the
   * agents that may act.
   */
  readonly actor?: 'required' | 'none' | readonly string[];
  /** What this request is about to do. Each detail must be inside one of the token (RFC 9396 §2). */
  readonly details?: readonly AuthorizationDetail[];
  /** `required`: only the token of an approval, whose details must be exactly `details`. */
  readonly approval?: 'required';
  /** Name of the call, chosen by this API and not by the client. The server uses up an approval under it. Default: random. */
  readonly call?: string;
  /** The person must have signed in with one of these (RFC 9470). */
  readonly acrValues?: readonly string[];
  /** The person must have signed in within so many seconds (RFC 9470). */
  readonly maxAge?: number;
  /** The token must be bound to a key of its sender, by DPoP or mutual TLS. */
  readonly senderConstrained?: boolean;
  /** Introspect the token even if it is a JWT, before an action that cannot be undone. Needs `introspection`. */
  readonly live?: boolean;
};

const MEMBERS = {
  scopes: true,
  actor: true,
  details: true,
  approval: true,
  call: true,
  acrValues: true,
  maxAge: true,
  senderConstrained: true,
  live: true,
} as const satisfies Readonly<Record<keyof Requirement, true>>;

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(one));

const isDetails = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof (one as { type?: unknown } | null)?.type === 'string');

const RIGHT: Readonly<Record<keyof Requirement, (value: unknown) => boolean>> = {
  scopes: isTexts,
  actor: (value) => value === 'required' || value === 'none' || isTexts(value),
  details: isDetails,
  approval: (value) => value === 'required',
  call: (value) => typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value),
  acrValues: (value) => isTexts(value) && (value as string[]).length > 0,
  maxAge: (value) => Number.isInteger(value) && (value as number) >= 0,
  senderConstrained: (value) => typeof value === 'boolean',
  live: (value) => typeof value === 'boolean',
};

/** Requirements that were right, and cannot change. */
const known = new WeakSet<Requirement>();

const isFrozen = (requirement: Requirement): boolean =>
  Object.isFrozen(requirement) &&
  requirement.details === undefined &&
  Object.values(requirement).every((value) => Object.isFrozen(value));

/**
 * Throws TypeError naming the member. A misspelt member would otherwise require nothing. Checks a frozen requirement with frozen members
 * once, unless it has details.
 */
export const checkRequirement = (requirement: Requirement): void => {
  if (known.has(requirement)) return;
  if (typeof requirement !== 'object' || requirement === null) throw new TypeError('a requirement is an object');
  for (const [member, value] of Object.entries(requirement)) {
    if (!Object.hasOwn(MEMBERS, member)) {
      throw new TypeError(`requirement.${member}: there are only ${Object.keys(MEMBERS).join(', ')}`);
    }
    if (value !== undefined && !RIGHT[member as keyof Requirement](value)) {
      throw new TypeError(`requirement.${member}: the value is malformed`);
    }
  }
  if (isFrozen(requirement)) known.add(requirement);
};

const checkScopes = (access: Access, scopes: readonly string[]): void => {
  if (scopes.every((scope) => access.scopes.includes(scope))) return;
  throw new Refusal('insufficient_scope', {
    reason: 'scope_missing',
    description: 'The token does not have all scopes that this request needs.',
    parameters: { scope: scopes.join(' ') },
  });
};

const checkActor = (access: Access, actor: NonNullable<Requirement['actor']>): void => {
  const isRight =
    actor === 'none'
      ? access.actor === undefined
      : access.actor !== undefined && (actor === 'required' || actor.includes(access.actor));
  if (isRight) return;
  throw new Refusal('actor_unauthorized', {
    reason: actor === 'none' ? 'actor_refused' : 'actor_required',
    description: actor === 'none' ? 'No agent may send this request.' : 'This agent may not send this request.',
  });
};

/** RFC 9470 §3. */
const checkAuthentication = (access: Access, { acrValues, maxAge }: Requirement, now: number): void => {
  const isStrong = acrValues === undefined || (access.acr !== undefined && acrValues.includes(access.acr));
  const isRecent = maxAge === undefined || (access.authTime !== undefined && now - access.authTime <= maxAge);
  if (isStrong && isRecent) return;
  const remedy = {
    ...(acrValues === undefined ? {} : { acr_values: acrValues.join(' ') }),
    ...(maxAge === undefined ? {} : { max_age: String(maxAge) }),
  };
  throw new Refusal('insufficient_user_authentication', {
    reason: isStrong ? 'authentication_too_old' : 'authentication_too_weak',
    description: 'The person must sign in again, with these parameters.',
    parameters: remedy,
    remedies: [{ kind: 'step_up', ...remedy, ...(maxAge === undefined ? {} : { max_age: maxAge }) }],
  });
};

const checkDetails = (access: Access, details: readonly AuthorizationDetail[], settings: Settings): void => {
  if (areInside(details, access.authorizationDetails, settings.detailTypes)) return;
  throw new Refusal('insufficient_scope', {
    reason: 'details_exceeded',
    description: 'The authorization details of the token do not allow this request.',
  });
};

/** Checks what a token allows against what a request needs. Throws Refusal. Uses nothing up. */
export const checkAccess = (access: Access, requirement: Requirement, settings: Settings, now: number): void => {
  const { scopes = [], actor, details, approval, senderConstrained } = requirement;
  const isBound = Object.keys(access.confirmation).length > 0;
  if (senderConstrained && !isBound) {
    throw new Refusal('invalid_token', {
      reason: 'token_unbound',
      description: 'This request needs a token that is bound to a key of its sender.',
    });
  }
  checkScopes(access, scopes);
  if (actor !== undefined) checkActor(access, actor);
  checkAuthentication(access, requirement, now);
  if (approval === 'required' && access.approval === undefined) {
    throw new Refusal('insufficient_scope', {
      reason: 'approval_required',
      description: 'This request needs the token of an approval of exactly this action.',
      parameters: scopes.length > 0 ? { scope: scopes.join(' ') } : {},
    });
  }
  // The token of an approval is compared exactly, in approved-action.ts.
  if (details !== undefined && access.approval === undefined) checkDetails(access, details, settings);
};
