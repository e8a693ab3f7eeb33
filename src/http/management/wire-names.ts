/**
 * Names of members: snake_case in the API, camelCase in the domain. Renames the first level only: keys and scopes below keep
 * their names.
 */

type Camel<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;
type Snake<S extends string> = S extends `${infer Head}${infer Tail}`
  ? Head extends Lowercase<Head>
    ? `${Head}${Snake<Tail>}`
    : `_${Lowercase<Head>}${Snake<Tail>}`
  : S;

export type FromWire<T> = T extends object
  ? { [member in keyof T as member extends string ? Camel<member> : member]: T[member] }
  : T;
export type ToWire<T> = {
  [member in keyof T as member extends string
    ? member extends 'secretHash'
      ? never
      : Snake<member>
    : member]: T[member];
};

/** The members in the domain's spelling, without the member `without`. */
export const fromWire = <T extends object | undefined>(members: T, without?: string): FromWire<T> =>
  Object.fromEntries(
    Object.entries(members ?? {})
      .filter(([name]) => name !== without)
      .map(([name, value]) => [name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), value]),
  ) as FromWire<T>;

/** Applies `fromWire` to the objects in these members, below the first level. */
export const fromWireBelow = <T extends object, M extends keyof T>(body: T, ...members: readonly M[]) =>
  ({
    ...body,
    ...Object.fromEntries(
      members.flatMap((name) => {
        const part = body[name];
        return typeof part === 'object' && part !== null ? [[name, fromWire(part)]] : [];
      }),
    ),
  }) as { readonly [member in keyof T]: member extends M ? FromWire<T[member]> : T[member] };

/** A name in the API's spelling. */
export const wireName = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The members in the API's spelling. Leaves out digests of secrets. */
export const toWire = <T extends object>(members: T): ToWire<T> =>
  Object.fromEntries(
    Object.entries(members)
      .filter(([name]) => name !== 'secretHash')
      .map(([name, value]) => [wireName(name), value]),
  ) as ToWire<T>;

/** The members of an object that may leave the process. A new member of the domain stays internal until a resource names it. */
export const show = <T extends object, K extends keyof T & string>(
  object: T,
  members: readonly K[],
): ToWire<Pick<T, K>> =>
  toWire(
    Object.fromEntries(
      members.filter((name) => object[name] !== undefined).map((name) => [name, object[name]]),
    ) as Pick<T, K>,
  );
