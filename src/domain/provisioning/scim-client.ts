/** A client of SCIM 2.0 (RFC 7644): the calls of one target, as outcomes of ours. Reads foreign text only within bounds. */
import { isObject, type Values } from '../identity/scim/values.ts';
import type { Clock } from '../ports/clock.ts';
import { retryAfterOf } from '../ports/retry-after.ts';
import { answeredOf, fetchReasonOf, type TrustedCall } from '../ports/trusted-fetch.ts';
import { strictJson } from '../vocabulary/strict-json.ts';
import type { ProvisioningTarget } from './provisioning-target.ts';
import type { TargetTokens } from './target-credentials.ts';
import { type TargetFailureCode, targetError } from './target-failures.ts';

const TIMEOUT_MILLISECONDS = 10_000;
const MOST_ID_CHARACTERS = 512;
const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export type RemoteType = 'Agents' | 'Users';

/** A resource at a target. */
export type Remote = { readonly id: string; readonly etag?: string; readonly values: Values };

type Called = { readonly target: ProvisioningTarget; readonly type: RemoteType };
type At = Called & { readonly id: string; readonly etag?: string | undefined };

/** Every call makes one attempt of at most ten seconds, and throws a `targetError`. */
export interface ScimClient {
  /** The configuration of the target: whether it answers at all. */
  config(target: ProvisioningTarget): Promise<Values>;
  /** The resource whose `attribute` equals the value. Throws 'filter_not_supported' where the target ignores the filter. */
  find(called: Called, attribute: 'externalId' | 'userName', value: string): Promise<Remote | undefined>;
  /** Undefined: there is none with this id. */
  read(at: At): Promise<Remote | undefined>;
  /** Throws 'uniqueness' for 409. `id` is empty where the target did not say it. */
  create(called: Called, values: Values): Promise<Remote>;
  /**
   * Sets these attributes and leaves the others. PATCH, and for a target without it PUT of the whole. Undefined: there is no such
   * resource any more.
   */
  change(at: At, values: Values): Promise<Remote | undefined>;
  /** Idempotent. */
  remove(at: At): Promise<void>;
  /** One page, from 1. `total`: as the target says it. */
  list(
    called: Called,
    page: { readonly startIndex: number; readonly count: number; readonly filter?: string },
  ): Promise<{ readonly resources: readonly Remote[]; readonly total: number }>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Sent = { readonly body?: Values; readonly etag?: string | undefined };
type Answer = { readonly status: number; readonly body: Values; readonly etag?: string; readonly retryAfter?: string };

/** One line of printable text. A character is not cut in two: stores refuse half of one. */
const shortened = (text: unknown): string | undefined =>
  typeof text === 'string' && text !== ''
    ? text
        .replaceAll(/[^\P{C}]/gu, ' ')
        .slice(0, 300)
        .replace(/[\ud800-\udbff]$/, '')
    : undefined;

/** A target may repeat the token to say that it is wrong. People who read failures must not see it. */
const withoutToken = (body: Values, token: string): Values => {
  const { detail } = body;
  return typeof detail === 'string' && detail.includes(token)
    ? { ...body, detail: detail.replaceAll(token, '…') }
    : body;
};

/** Whether an id can be a segment of a path, and be stored. */
const isUsableId = (id: unknown): id is string =>
  typeof id === 'string' && id !== '' && id.length <= MOST_ID_CHARACTERS && !/^\.{1,2}$|\p{C}/u.test(id);

const BY_STATUS: Readonly<Record<number, TargetFailureCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'no_endpoint',
  405: 'no_endpoint',
  409: 'uniqueness',
  429: 'too_many_requests',
};

const failureOf = ({ status, body, retryAfter }: Answer, now: number): Error => {
  const failure = BY_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'refused');
  const detail = shortened(body['detail']);
  const seconds = retryAfterOf(retryAfter, now);
  return targetError({
    ...{ failure, status },
    ...(detail === undefined ? {} : { detail }),
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
  });
};

const remoteOf = (body: Values, etag?: string): Remote => {
  const { id, meta } = body;
  const version = isObject(meta) ? meta['version'] : undefined;
  const tag = typeof version === 'string' ? version : etag;
  return {
    id: isUsableId(id) ? id : '',
    ...(tag === undefined || tag.length > 200 || /[^\x21-\x7e]/.test(tag) ? {} : { etag: tag }),
    values: body,
  };
};

const isSuccess = ({ status }: Answer): boolean => status >= 200 && status < 300;

export const scimClient = (deps: {
  readonly clock: Clock;
  readonly call: TrustedCall['call'];
  readonly tokens: TargetTokens;
}): ScimClient => {
  const sentWith = async (
    token: string,
    target: ProvisioningTarget,
    method: Method,
    path: string,
    { body, etag }: Sent,
  ): Promise<Answer> => {
    const authorization = `Bearer ${token}`;
    try {
      const answer = await deps.call({
        ...{ method, url: `${target.url}${path}`, purpose: 'scim', internal: 'provisioningTargets', authorization },
        timeoutMilliseconds: TIMEOUT_MILLISECONDS,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(etag === undefined ? {} : { headers: { 'if-match': etag } }),
      });
      const { body: bytes, ...rest } = answer;
      return { ...rest, body: withoutToken(readJson(bytes, rest.status), token) };
    } catch (error) {
      const failure = fetchReasonOf(error);
      if (failure === undefined) throw error;
      const status = answeredOf(error)?.status;
      throw targetError({ failure, ...(status === undefined ? {} : { status }) });
    }
  };

  const send = async (target: ProvisioningTarget, method: Method, path: string, sent: Sent = {}): Promise<Answer> => {
    const { token, isHeld } = await deps.tokens.tokenOf(target);
    const answer = await sentWith(token, target, method, path, sent);
    if (answer.status !== 401) return answer;
    deps.tokens.forget(target);
    // The token may have ended early, there or here: another one is tried once.
    return isHeld ? sentWith((await deps.tokens.tokenOf(target)).token, target, method, path, sent) : answer;
  };

  const succeeded = (answer: Answer): Answer => {
    if (!isSuccess(answer)) throw failureOf(answer, deps.clock.now());
    return answer;
  };

  const resourcesIn = ({ body }: Answer): readonly Remote[] => {
    const { Resources: all = [] } = body;
    return (Array.isArray(all) ? all : []).filter(isObject).map((one) => remoteOf(one));
  };

  const pathOf = ({ type, id }: Pick<At, 'type' | 'id'>): string => `/${type}/${encodeURIComponent(id)}`;

  const read = async (at: At): Promise<Remote | undefined> => {
    const answer = await send(at.target, 'GET', pathOf(at));
    if (answer.status === 404 || answer.status === 410) return undefined;
    const { body, etag } = succeeded(answer);
    return { ...remoteOf(body, etag), id: at.id };
  };

  const written = async (at: At, answer: Answer): Promise<Remote> => {
    // 204: the new version is read when it is needed.
    if (answer.status === 204 || Object.keys(answer.body).length === 0) {
      return { id: at.id, values: {}, ...(answer.etag === undefined ? {} : { etag: answer.etag }) };
    }
    return { ...remoteOf(answer.body, answer.etag), id: at.id };
  };

  /** For a target without PATCH: the whole of what it has, with our attributes. */
  const replaced = async (at: At, values: Values): Promise<Remote | undefined> => {
    const present = await read(at);
    if (!present) return undefined;
    const { meta: _, id: __, ...kept } = present.values;
    const answer = await send(at.target, 'PUT', pathOf(at), { body: { ...kept, ...values }, etag: present.etag });
    return written(at, succeeded(answer));
  };

  const change = async (at: At, values: Values): Promise<Remote | undefined> => {
    const { schemas: _, ...attributes } = values;
    // With paths: without one, some directories add values to a list that they should replace.
    const Operations = Object.entries(attributes).map(([path, value]) => ({ op: 'replace', path, value }));
    const body = { schemas: [PATCH_SCHEMA], Operations };
    let { etag } = at;
    // Another version there: our attributes are set in that one.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const answer = await send(at.target, 'PATCH', pathOf(at), { body, etag });
      if (answer.status === 404 || answer.status === 410) return undefined;
      if (answer.status === 405 || answer.status === 501) return replaced(at, values);
      if (answer.status !== 412) return written(at, succeeded(answer));
      const present = await read(at);
      if (!present) return undefined;
      // Once: servers that compare strongly refuse every weak tag (RFC 9110 §13.1.1), and would hold up all other objects.
      etag = attempt === 0 ? present.etag : undefined;
    }
    throw targetError({ failure: 'unavailable', status: 412 });
  };

  return {
    config: async (target) => succeeded(await send(target, 'GET', '/ServiceProviderConfig')).body,

    async find({ target, type }, attribute, value) {
      const filter = encodeURIComponent(`${attribute} eq ${JSON.stringify(value)}`);
      const answer = await send(target, 'GET', `/${type}?filter=${filter}&count=10`);
      // RFC 7644 §3.12: 400 invalidFilter, or 501.
      if (answer.status === 400 || answer.status === 501) {
        throw targetError({ failure: 'filter_not_supported', status: answer.status });
      }
      const found = resourcesIn(succeeded(answer));
      const isMeant = ({ values }: Remote): boolean => isSame(attribute, values[attribute], value);
      const meant = found.find(isMeant);
      if (meant?.id === '') throw targetError({ failure: 'answer_not_valid' });
      if (meant === undefined && found.length > 0) throw targetError({ failure: 'filter_not_supported' });
      return meant;
    },

    read,

    async create({ target, type }, values) {
      const { body, etag } = succeeded(await send(target, 'POST', `/${type}`, { body: values }));
      return remoteOf(body, etag);
    },

    change,

    async remove(at) {
      const answer = await send(at.target, 'DELETE', pathOf(at));
      if (answer.status !== 404 && answer.status !== 410) succeeded(answer);
    },

    async list({ target, type }, { startIndex, count, filter }) {
      const query = filter === undefined ? '' : `&filter=${encodeURIComponent(filter)}`;
      const answer = succeeded(await send(target, 'GET', `/${type}?startIndex=${startIndex}&count=${count}${query}`));
      const total = Number(answer.body['totalResults'] ?? 0);
      return { resources: resourcesIn(answer), total: Number.isSafeInteger(total) ? total : 0 };
    },
  };
};

/** `externalId` is case-exact, `userName` is not (RFC 7643 §3.1, §4.1.1). */
const isSame = (attribute: 'externalId' | 'userName', found: unknown, wanted: string): boolean => {
  if (typeof found !== 'string') return false;
  return attribute === 'externalId' ? found === wanted : found.toLowerCase() === wanted.toLowerCase();
};

/** Of an error that says nothing we can read, the status counts. */
const readJson = (bytes: Uint8Array, status: number): Values => {
  if (bytes.length === 0) return {};
  try {
    const read: unknown = strictJson(bytes);
    if (isObject(read)) return read;
  } catch {
    // As any other answer that is no object.
  }
  if (status >= 400) return {};
  throw targetError({ failure: 'answer_not_valid' });
};
