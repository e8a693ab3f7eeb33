import type { Access, Actor, AuthorizationDetail, Confirmation } from './access.ts';
import { invalidToken, type Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';

type Claims = Readonly<Record<string, unknown>>;

const malformed = (claim: string): Refusal =>
  invalidToken('claim_malformed', `The claim ${claim} of the token is missing or malformed.`);

const isObject = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textIn = (claims: Claims, claim: string): string => {
  const value = claims[claim];
  if (typeof value !== 'string' || value === '') throw malformed(claim);
  return value;
};

const optional = <T>(claims: Claims, claim: string, isRight: (value: unknown) => value is T): T | undefined => {
  const value = claims[claim];
  if (value === undefined) return undefined;
  if (!isRight(value)) throw malformed(claim);
  return value;
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

/** Checks issuer, audience and times. The JWT library has checked them too for a JWT; introspection relies on these alone. */
const checkFrame = (claims: Claims, { issuer, resource, clockTolerance }: Settings, now: number): number => {
  const { aud, iss } = claims;
  if (iss !== undefined && iss !== issuer) throw invalidToken('issuer_unknown', 'Another server issued the token.');
  // A token for several APIs could be used by each of them at the others.
  const only = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
  if (only !== resource) throw invalidToken('audience_other', 'The token is not for this API alone.');
  const expiresAt = claims['exp'];
  if (!isTime(expiresAt)) throw malformed('exp');
  if (expiresAt + clockTolerance <= now) throw invalidToken('token_expired', 'The token has expired.');
  for (const claim of ['nbf', 'iat'] as const) {
    const at = optional(claims, claim, isTime);
    if (at !== undefined && at - clockTolerance > now) {
      throw invalidToken('token_not_yet_valid', 'The token is not valid yet.');
    }
  }
  return expiresAt;
};

/** Scope tokens of RFC 6749 §3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

const scopesOf = (claims: Claims): string[] => {
  const scope = claims['scope'];
  if (scope === undefined || scope === '') return [];
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  if (scopes.length === 0 || !scopes.every((one) => SCOPE.test(one))) throw malformed('scope');
  return scopes;
};

/** Outermost first. `may_act` names who could act, so it is no actor and is not read (RFC 8693 §4.4). */
const actorsOf = (claims: Claims, most: number): readonly Actor[] => {
  const actors: Actor[] = [];
  for (let actor = claims['act']; actor !== undefined; actor = (actor as Claims)['act']) {
    if (actors.length >= most) throw invalidToken('actor_chain_too_long', `The token names more than ${most} actors.`);
    if (!isObject(actor) || !isText(actor['sub'])) throw malformed('act');
    const issuer = actor['iss'];
    if (issuer !== undefined && !isText(issuer)) throw malformed('act');
    actors.push({ sub: actor['sub'], ...(issuer === undefined ? {} : { iss: issuer }) });
  }
  return actors;
};

const detailsOf = (claims: Claims): readonly AuthorizationDetail[] => {
  const details = claims['authorization_details'];
  if (details === undefined) return [];
  if (!Array.isArray(details) || !details.every((one) => isObject(one) && isText(one['type']))) {
    throw malformed('authorization_details');
  }
  return details as readonly AuthorizationDetail[];
};

const THUMBPRINT = /^[\w-]{43}$/;

/** A confirmation method that this package does not know cannot be proved, so the token is refused (RFC 7800 §3.1). */
const confirmationOf = (claims: Claims): Confirmation => {
  const cnf = claims['cnf'];
  if (cnf === undefined) return {};
  if (!isObject(cnf) || Object.keys(cnf).length === 0) throw malformed('cnf');
  for (const [method, value] of Object.entries(cnf)) {
    if (method !== 'jkt' && method !== 'x5t#S256') {
      throw invalidToken('confirmation_unknown', 'The token is bound in a way that this API does not support.');
    }
    if (typeof value !== 'string' || !THUMBPRINT.test(value)) throw malformed('cnf');
  }
  const { jkt, 'x5t#S256': x5t } = cnf as { jkt?: string; 'x5t#S256'?: string };
  return { ...(jkt === undefined ? {} : { jkt }), ...(x5t === undefined ? {} : { x5t }) };
};

const approvalOf = (claims: Claims): Access['approval'] => {
  const approval = claims['approval'];
  if (approval === undefined) return undefined;
  if (!isObject(approval) || !isText(approval['id']) || !isText(approval['digest'])) throw malformed('approval');
  return { id: approval['id'], digest: approval['digest'] };
};

/** A remembered token serves many requests: a handler must not change what the next one reads. */
const frozen = <T extends object>(value: T): T => {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) frozen(member);
  return Object.freeze(value);
};

/** Reads what a token allows from its claims. Throws Refusal `invalid_token`. */
export const accessOf = (token: string, claims: Claims, settings: Settings, now: number): Access => {
  const expiresAt = checkFrame(claims, settings, now);
  const subject = textIn(claims, 'sub');
  const actors = actorsOf(claims, settings.maxActors);
  const txn = optional(claims, 'txn', isText);
  const actor = actors[0]?.sub;
  return frozen({
    token,
    clientId: textIn(claims, 'client_id'),
    scopes: scopesOf(claims),
    expiresAt,
    resource: new URL(settings.resource),
    subject,
    actor,
    actors,
    authorizationDetails: detailsOf(claims),
    confirmation: confirmationOf(claims),
    acr: optional(claims, 'acr', isText),
    authTime: optional(claims, 'auth_time', isTime),
    txn,
    jti: optional(claims, 'jti', isText),
    approval: approvalOf(claims),
    claims,
    extra: { subject, actor, txn },
  });
};
