/**
 * Bulk requests (RFC 7644 §3.7): each operation is a request of its own, with its own checks, events and limits, and fails
 * alone. References to a `bulkId` are resolved in any order, but not in a circle.
 */
import { scimRefusal } from '../../domain/identity/scim/scim-refusals.ts';
import { checkSchema, isObject, type Values } from '../../domain/identity/scim/values.ts';
import { httpProblem } from '../problem.ts';
import { BULK_LIMITS } from './limits.ts';
import type { ResourceCalls, ScimAnswer, ScimCall } from './requests.ts';

const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof METHODS)[number];
const TYPES = ['Users', 'Groups', 'Agents'] as const;
type Type = (typeof TYPES)[number];

/** An operation as it was sent; what it lacks is found when it runs. */
type Operation = {
  readonly method: string;
  readonly path: string;
  readonly bulkId?: string;
  readonly version?: string;
  readonly data: unknown;
};

/** A failed operation as an answer, after its audit event. */
export type FailedOperation = (
  error: unknown,
  note: string,
) => Promise<{ readonly status: number; readonly body: Values }>;

type Deps = { readonly calls: Readonly<Record<Type, ResourceCalls>>; readonly base: string };

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

const readOperation = (given: unknown): Operation => {
  const { method, path, bulkId, version, data } = isObject(given) ? given : {};
  return {
    ...{ method: textIn(method).toUpperCase(), path: textIn(path), data },
    ...(textIn(bulkId) === '' ? {} : { bulkId: textIn(bulkId) }),
    ...(textIn(version) === '' ? {} : { version: textIn(version) }),
  };
};

const readRequest = (body: Values): { readonly operations: readonly Operation[]; readonly mostErrors: number } => {
  checkSchema(body, BULK_REQUEST);
  const { Operations: given, failOnErrors = 0 } = body;
  const most = BULK_LIMITS.maxOperations;
  if (!Array.isArray(given) || given.length === 0) throw scimRefusal('scim_operations_exceeded', { params: { most } });
  if (given.length > most) throw httpProblem('payload_too_large', `A bulk request has at most ${most} operations.`);
  if (!Number.isSafeInteger(failOnErrors) || Number(failOnErrors) < 0) {
    throw scimRefusal('scim_number_malformed', { params: { name: 'failOnErrors' } });
  }
  const mostErrors = failOnErrors === 0 ? Number.POSITIVE_INFINITY : Number(failOnErrors);
  return { operations: given.map(readOperation), mostErrors };
};

const REFERENCE = /^bulkId:(.+)$/s;

/** The bulkIds that a value or path names. Depth: JSON of a body is bounded by the reader of bodies. */
const referencesIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') {
    const id = REFERENCE.exec(value)?.[1];
    return id === undefined ? [] : [id];
  }
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return isObject(value) ? Object.values(value).flatMap(referencesIn) : [];
};

const resolved = (value: unknown, ids: ReadonlyMap<string, string>): unknown => {
  if (typeof value === 'string') {
    const id = REFERENCE.exec(value)?.[1];
    return id === undefined ? value : ids.get(id);
  }
  if (Array.isArray(value)) return value.map((one) => resolved(one, ids));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolved(one, ids)]));
};

const PATH = /^\/(Users|Groups|Agents)(?:\/([^/]+))?$/;

const isMethod = (method: string): method is Method => METHODS.some((one) => one === method);

const isType = (type: string | undefined): type is Type => TYPES.some((one) => one === type);

/** Throws 'invalid_field' for an operation that names no resource, or lacks its `bulkId`. */
const placeOf = ({ method, path, bulkId }: Operation, number: number) => {
  const [, type, id] = PATH.exec(path) ?? [];
  const isRight = isType(type) && isMethod(method) && (method === 'POST') === (id === undefined);
  if (!isRight) throw scimRefusal('scim_bulk_operation_wrong', { params: { number } });
  if (method === 'POST' && bulkId === undefined) throw scimRefusal('scim_bulk_id_missing', { params: { number } });
  return { method, type, id };
};

const CALLS = { POST: 'create', PUT: 'replace', PATCH: 'patch', DELETE: 'remove' } as const satisfies Record<
  Method,
  keyof ResourceCalls
>;

export const bulkCall = ({ calls, base }: Deps) => {
  const run = async (call: ScimCall, operation: Operation, number: number, ids: ReadonlyMap<string, string>) => {
    const { method, type, id } = placeOf(operation, number);
    const data = resolved(operation.data, ids);
    const target = resolved(id, ids);
    const part: ScimCall = {
      // Read again: an administrator may have disabled the directory since the request began.
      ...{ directory: await call.current(), current: call.current, by: call.by, id: textIn(target) },
      ...{ query: () => undefined, ifMatch: operation.version ?? '', ifNoneMatch: '' },
      body: async () => {
        if (isObject(data)) return data;
        throw scimRefusal('scim_bulk_operation_wrong', { params: { number } });
      },
    };
    const { [CALLS[method]]: act } = calls[type];
    const answer = await act(part);
    const { Location = undefined, ETag = undefined } = answer.headers ?? {};
    return { answer, location: Location ?? `${base}/${type}/${part.id}`, version: ETag };
  };

  return async (call: ScimCall, failed: FailedOperation): Promise<ScimAnswer> => {
    const { operations, mostErrors } = readRequest(await call.body(BULK_LIMITS.maxPayloadSize));
    const ids = new Map<string, string>();
    const results = new Map<number, Values>();
    const known = operations.flatMap(({ method, bulkId }) => (method === 'POST' && bulkId ? [bulkId] : []));
    let errorCount = 0;

    const fail = async (index: number, error: unknown): Promise<void> => {
      const { method, path, bulkId } = operations[index] as Operation;
      const [, type, id] = PATH.exec(path) ?? [];
      const note = `POST /Bulk, ${isMethod(method) && type ? `${method} /${type}${id === undefined ? '' : '/:id'}` : 'unknown'}`;
      const { status, body } = await failed(error, note);
      const location = isType(type) && id !== undefined && !REFERENCE.test(id) ? { location: `${base}${path}` } : {};
      results.set(index, {
        method,
        ...(bulkId ? { bulkId } : {}),
        ...location,
        status: String(status),
        response: body,
      });
      errorCount += 1;
    };

    const attempt = async (index: number): Promise<void> => {
      const operation = operations[index] as Operation;
      const { method, bulkId } = operation;
      try {
        if (bulkId !== undefined && known.indexOf(bulkId) !== known.lastIndexOf(bulkId)) {
          throw scimRefusal('scim_bulk_id_repeated', { params: { number: index + 1 } });
        }
        const { answer, location, version } = await run(call, operation, index + 1, ids);
        if (method === 'POST' && bulkId !== undefined) ids.set(bulkId, location.slice(location.lastIndexOf('/') + 1));
        const tag = version === undefined ? {} : { version };
        results.set(index, { method, ...(bulkId ? { bulkId } : {}), location, ...tag, status: String(answer.status) });
      } catch (error) {
        await fail(index, error);
      }
    };

    /** The bulkIds that an operation names and that are not known yet. Read once, since operations may wait for each other. */
    const missing = operations.map(({ path, data }) => [...new Set(referencesIn([PATH.exec(path)?.[2], data]))]);
    /** An operation waits for those that it names, wherever they stand. */
    const isReady = (index: number): boolean => {
      const names = missing[index] ?? [];
      for (let last = names.at(-1); last !== undefined && ids.has(last); last = names.at(-1)) names.pop();
      return names.length === 0;
    };

    let waiting = operations.map((_, index) => index);
    for (let isProgress = true; isProgress && errorCount < mostErrors; ) {
      isProgress = false;
      for (const index of waiting) {
        if (errorCount >= mostErrors || !isReady(index)) continue;
        await attempt(index);
        isProgress = true;
      }
      waiting = waiting.filter((index) => !results.has(index));
    }
    for (const index of waiting) {
      if (errorCount >= mostErrors) break;
      await fail(index, scimRefusal('scim_bulk_id_unresolved', { params: { number: index + 1 } }));
    }
    const all = operations.flatMap((_, index) => results.get(index) ?? []);
    return { status: 200, body: { schemas: [BULK_RESPONSE], Operations: all } };
  };
};
