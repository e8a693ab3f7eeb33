/**
 * Copies flat objects without the serializer of V8. oidc-provider clones the claims and the header of each client assertion, and nearly all
 * of them are flat.
 */

/** Undefined for an object that is not plain, or that holds another one. */
const flatCopy = (value: unknown): object | undefined => {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return undefined;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    const isText = typeof member === 'string' || typeof member === 'number' || typeof member === 'boolean';
    if (!(isText || member === undefined || member === null) || name === '__proto__') return undefined;
    copy[name] = member;
  }
  return copy;
};

let isUsed = false;

/** From now on in this process. Results and errors of `structuredClone` stay the same; for all other values it is called. Idempotent. */
export const useFlatCopies = (): void => {
  if (isUsed) return;
  isUsed = true;
  const cloneElsewhere = globalThis.structuredClone;
  const own: typeof globalThis.structuredClone = <T>(value: T, options?: Parameters<typeof cloneElsewhere>[1]): T =>
    ((options === undefined ? flatCopy(value) : undefined) as T | undefined) ?? cloneElsewhere(value, options);
  Object.defineProperty(globalThis, 'structuredClone', { value: own, writable: true, configurable: true });
};
