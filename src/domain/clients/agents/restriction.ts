/**
 * Restrictions of an agent, which a response rule orders: for a time it gets without more only what it did before. Owns their form, and what is
 * inside of the past of an agent. Does not own when one begins (src/domain/governance/responses) nor the decision (src/domain/authority/decision).
 */
import { hash } from 'node:crypto';

/**
 * `narrow`: it gets nothing else. `withhold`: nor what is of high risk, or needs an approval. `approve`: it gets other things, and those of high risk,
 * only with the approval of a person.
 */
export const RESTRICTING_ACTS = ['narrow', 'withhold', 'approve'] as const;
export type RestrictingAct = (typeof RESTRICTING_ACTS)[number];

/** What an agent did before. At most about 10 kB. */
export type Past = {
  /** Resource indicators of the APIs for which it got tokens: at most 64. */
  readonly resources: readonly string[];
  /** It uses more APIs than are remembered: APIs do not limit it. */
  readonly hasAllResources?: true;
  /** The scopes that it was given, each with its API, as `rightOf` writes them: at most 48. Absent: scopes do not limit it. */
  readonly rights?: readonly string[];
  /** Those for which agents below it got tokens in its chain: at most 64. */
  readonly usedBelow?: readonly string[];
  /** Accounts for which it acted: at most 128. */
  readonly people: readonly string[];
  /** Short digests of further ones: at most 1,024. */
  readonly morePeople?: string;
  /** It acts for more people than are remembered, or for new ones on most days: people do not limit it. */
  readonly hasAllPeople?: true;
};

export type Restriction = Past & {
  readonly act: RestrictingAct;
  /** Id of the response that ordered it. */
  readonly response: string;
  /** Epoch seconds. `until`: from then on it has no effect. */
  readonly at: number;
  readonly until: number;
  /** Owner of the agent at that time: does not lift it. */
  readonly owner: string;
};

/** Characters of a digest: 24 bits. Of 1,000 members, one stranger in 16,000 passes as one of them. */
export const SHORT_DIGEST = 4;

export const shortDigest = (key: string): string => hash('sha256', key, 'base64url').slice(0, SHORT_DIGEST);

export const hasShortDigest = (digests: string, digest: string): boolean => {
  for (let at = digests.indexOf(digest); at >= 0; at = digests.indexOf(digest, at + 1))
    if (at % SHORT_DIGEST === 0) return true;
  return false;
};

/** Characters of an API and a scope. Longer ones are known by their digest. */
const MOST_OF_RIGHT = 80;

/** A scope with its API. */
export const rightOf = (scope: string, resource: string): string => {
  const right = `${scope} ${resource}`;
  return right.length > MOST_OF_RIGHT ? hash('sha256', right, 'base64url').slice(0, 16) : right;
};

/** In place of the scopes of one API: it was given more there than are known. */
export const ANY_SCOPE = '*';

type Restricted = { readonly restrictions?: readonly Restriction[] | undefined };

/** The restriction of this act that lasts. */
export const restrictionOf = (
  { restrictions }: Restricted,
  act: RestrictingAct,
  now: number,
): Restriction | undefined =>
  // Nearly no agent has one, and each decision asks.
  restrictions?.find((one) => one.act === act && one.until > now);

/** What an agent wants, or what another agent wants in its chain. */
export type WantedOfPast = {
  /** Resource indicator of the API. */
  readonly resource: string;
  /** The account. Absent: it is for no person. */
  readonly person?: string | undefined;
  /** An agent below it gets the token. */
  readonly isBelow?: boolean;
};

/** Whether the agent did this before: used that API, and acted for that person. */
export const isOfPast = (past: Past, { resource, person, isBelow = false }: WantedOfPast): boolean => {
  const isKnownApi =
    past.hasAllResources === true ||
    past.resources.includes(resource) ||
    (isBelow && past.usedBelow?.includes(resource) === true);
  if (!isKnownApi) return false;
  if (person === undefined || past.hasAllPeople) return true;
  return past.people.includes(person) || hasShortDigest(past.morePeople ?? '', shortDigest(person));
};

/** Whether the agent was given this right (`rightOf`) before, at an API that it used. */
export const isRightOfPast = ({ rights }: Past, right: string, resource: string): boolean =>
  rights === undefined || rights.includes(right) || rights.includes(rightOf(ANY_SCOPE, resource));
