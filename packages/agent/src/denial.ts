/** What a server says when it refuses: error response (RFC 6749 §5.2), denial profile of Behalf, and `Retry-After`. */

/** A page on which a person answers. `expiresIn`: seconds. */
export type Page = { readonly url: string; readonly expiresIn: number };

/** What a program can do about a denial. */
export type Remedy =
  | { readonly kind: 'consent'; readonly url: string; readonly expiresIn: number }
  | { readonly kind: 'narrow'; readonly scope: string }
  | {
      readonly kind: 'step_up';
      readonly acrValues: readonly string[];
      readonly maxAge: number | undefined;
      /** Where the person can confirm in place of a new authorization request. */
      readonly page: Page | undefined;
    }
  | {
      readonly kind: 'approval';
      readonly authReqId: string;
      readonly grantType: string;
      readonly endpoint: string;
      readonly expiresIn: number;
      /** Seconds between two polls. */
      readonly interval: number;
      /** What the approver has to enter: show it to the user who started the action. */
      readonly number: string | undefined;
    }
  | { readonly kind: 'wait'; readonly until: number }
  | {
      readonly kind: 'contact';
      readonly whom: string;
      /** Path of the page at the authorization server where they change it, such as `/console/responses`. */
      readonly page: string | undefined;
    };

export type Denial = {
  /** Error code, such as `access_denied`. */
  readonly error: string;
  readonly description: string;
  /** HTTP status; 0 if there was no answer. */
  readonly status: number;
  /** Id of this refusal in the audit log of the server. */
  readonly id: string | undefined;
  readonly layer: string | undefined;
  /** Stable code; the error code where the server names none. */
  readonly reason: string;
  /** The nearest first. Remedies of a kind that this version does not know are left out. */
  readonly remedies: readonly Remedy[];
  /** Seconds of `Retry-After`. */
  readonly retryAfter: number | undefined;
};

/** Grant type of a poll (CIBA §10.1). */
export const CIBA = 'urn:openid:params:grant-type:ciba';

/** Whether the same request may succeed later. */
export const isLater = ({ error, status }: Denial): boolean => error === 'temporarily_unavailable' || status === 429;

type Members = Readonly<Record<string, unknown>>;

const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};

const textIn = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const numberIn = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;

const DEFAULT_INTERVAL = 5;
const DEFAULT_EXPIRY = 600;

/** How each kind is read. Undefined: a member that it needs is missing. */
const KINDS: Readonly<Record<Remedy['kind'], (members: Members) => Remedy | undefined>> = {
  consent({ url, expires_in: expiresIn }) {
    const address = textIn(url);
    return address === undefined
      ? undefined
      : { kind: 'consent', url: address, expiresIn: numberIn(expiresIn) ?? DEFAULT_EXPIRY };
  },
  narrow({ scope }) {
    const named = textIn(scope);
    return named === undefined ? undefined : { kind: 'narrow', scope: named };
  },
  step_up({ acr_values: acrValues, max_age: maxAge, url, expires_in: expiresIn }) {
    const listed = Array.isArray(acrValues) ? acrValues.map(String) : (textIn(acrValues)?.split(' ') ?? []);
    const age = numberIn(maxAge);
    if (listed.length === 0 && age === undefined) return undefined;
    const address = textIn(url);
    const page = address === undefined ? undefined : { url: address, expiresIn: numberIn(expiresIn) ?? DEFAULT_EXPIRY };
    return { kind: 'step_up', acrValues: listed, maxAge: age, page };
  },
  approval({ auth_req_id: id, grant_type: grantType, endpoint, expires_in: expiresIn, interval, number }) {
    const [authReqId, grant, address] = [textIn(id), textIn(grantType), textIn(endpoint)];
    if (!authReqId || !grant || !address) return undefined;
    return {
      kind: 'approval',
      authReqId,
      grantType: grant,
      endpoint: address,
      expiresIn: numberIn(expiresIn) ?? DEFAULT_EXPIRY,
      interval: numberIn(interval) ?? DEFAULT_INTERVAL,
      number: typeof number === 'number' ? String(number) : textIn(number),
    };
  },
  wait({ until }) {
    const second = numberIn(until);
    return second === undefined ? undefined : { kind: 'wait', until: second };
  },
  contact({ whom, page }) {
    return { kind: 'contact', whom: textIn(whom) ?? 'operator', page: textIn(page) };
  },
};

const remedyOf = (value: unknown): readonly Remedy[] => {
  const members = membersOf(value);
  const { kind } = members;
  if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) return [];
  const remedy = KINDS[kind as Remedy['kind']](members);
  return remedy ? [remedy] : [];
};

/** More than a server names. What is beyond is left out, so that one answer cannot keep the agent busy. */
const MOST_REMEDIES = 16;

/** Seconds of `Retry-After` (RFC 9110 §10.2.3), a number or a date. */
export const retryAfterOf = (header: string | null, now: number): number | undefined => {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header);
  // Date.parse takes "-1" and "1.5" for dates too.
  const date = /^\s*[A-Z][a-z]{2,8},? /.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil(date / 1000 - now));
};

/** Reads a refusal. Of a body that is no JSON object the status remains. */
export const denialOf = (status: number, body: unknown, retryAfter: number | undefined): Denial => {
  const { error, error_description: description, denial } = membersOf(body);
  const { id, layer, reason, remedies } = membersOf(denial);
  const code = textIn(error) ?? (status >= 500 || status === 429 ? 'temporarily_unavailable' : 'refused');
  return {
    error: code,
    description: textIn(description) ?? `The server answered ${status}.`,
    status,
    id: textIn(id),
    layer: textIn(layer),
    reason: textIn(reason) ?? code,
    remedies: Array.isArray(remedies) ? remedies.slice(0, MOST_REMEDIES).flatMap(remedyOf) : [],
    retryAfter,
  };
};

/** A denial that this package states itself, because no usable answer came. */
export const ownDenial = (reason: string, description: string, error = 'invalid_response'): Denial => ({
  error,
  description,
  status: 0,
  id: undefined,
  layer: undefined,
  reason,
  remedies: [],
  retryAfter: undefined,
});

/** What an answer of the backchannel endpoint (CIBA §7.3) means: people are being asked. */
export const approvalAsked = (answer: Members): Denial => ({
  ...ownDenial('approval_required', 'People are being asked.', 'authorization_pending'),
  remedies: remedyOf({ kind: 'approval', grant_type: CIBA, ...answer }),
});
