/** The declaration of a management API route, and constructors of the usual routes. */
import type { Role } from '../../domain/identity/accounts/account.ts';
import type { ScopeDeclaration } from '../../domain/resources/resource-servers/resource-server.ts';
import type { NamedSchema, Properties, Schema, TypeOf } from './schema.ts';
import { integer, oneOf, text } from './schema-parts.ts';

/**
 * The policy question before the call: `administer`, or `register` if the registry asks it. `not`: why there is none. An
 * agent that `{id}` names and that calls for itself does not administer: the decision about its token asked `act`.
 */
export type AskedOfPolicy = 'administer' | 'register' | { readonly not: string };

export type RouteDeclaration = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`; path parameters are `{id}`, and `{credential}` or `{instance}` below it. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Absent: the route accepts any live token of this API. */
  readonly scope?: ScopeDeclaration;
  /** The route needs no access token: the body proves the caller's identity, and the handler checks that proof first. */
  readonly isProvenByBody?: true;
  /** The route works while the storage is so full that the server writes essential data only. */
  readonly isServedFromReserve?: true;
  readonly policy: AskedOfPolicy;
  /** Roles that may call the route. Empty: every caller. */
  readonly roles: readonly Role[];
  /** An account without such a role may call the route for its own agents and their delegations. */
  readonly own?: true;
  /**
   * The caller must have proved a second factor at most 300 seconds ago, or be a client on the machine of this server.
   * 'accounts': a client that acts for itself needs neither.
   */
  readonly freshFactor?: true | 'accounts';
  /** An agent that acts for itself may call the route for what it opened itself. Without roles, no other caller may. */
  readonly agents?: true;
  /** A client without a role, no agent, that acts for itself may do the same. */
  readonly apps?: true;
  /** The agent or account that `{id}` names may call for itself. */
  readonly self?: true;
  /** The form of `{id}`; default: the usual one. */
  readonly ids?: RegExp;
  readonly query?: Properties;
  readonly body?: NamedSchema<object>;
  /** The body consists of lines of NDJSON, each with the schema `body`. */
  readonly lines?: true;
  /** Takes an `Idempotency-Key`. */
  readonly repeatable?: 'may' | 'must';
  /** Most bytes of a body; default: the usual limit. */
  readonly largestBody?: number;
  /** Requires `If-Match`; `may`: honours it when the caller sends it. */
  readonly ifMatch?: true | 'may';
  readonly status: 200 | 201 | 204;
  /** When the route answers 202 instead, with the same schema. */
  readonly accepted?: string;
  /** 'ndjson' for a stream of lines, 'zip' for an archive; absent for 204. */
  readonly answer?: NamedSchema<object> | 'ndjson' | 'zip';
  /** One line of a stream, for the OpenAPI document. */
  readonly line?: NamedSchema<object>;
};

export const READERS = ['administrator', 'operator', 'auditor'] as const;
export const WRITERS = ['administrator', 'operator'] as const;
export const ADMINISTRATORS = ['administrator'] as const;

/** For calls that decide which parties may act for people. */
export const SPEAKS_FOR_PEOPLE = { roles: ADMINISTRATORS, freshFactor: true } as const;

export const READS = { not: 'it only reads' } as const;

export const givenId = (description: string): Schema<string> => text(description, 128);
/** The id of a client, which may be the URL of its metadata document and is longer then. */
export const givenClientId = (description: string): Schema<string> => text(description, 512);
export const PAGE = {
  limit: integer('Maximum number of items on a page.', { minimum: 1, maximum: 200, default: 50 }),
  cursor: text('`next` of the previous page.', 1024),
};

/** Direction of a sorted list. */
export const ORDER = oneOf('Default: newest first, texts from A.', ['ascending', 'descending']);

/** Searches the list: a page may be shorter than requested, and still have a next one. */
export const SEARCH = text(
  'Only objects with words that begin with each of these words. A page may be shorter than requested and still have a next page.',
  200,
);
export const stateFilter = <const S extends string>(states: readonly S[]): Schema<S> =>
  oneOf('Only those in this state.', states);

/** The types of a route's parameters in the query, body and answer; `undefined` without a body or an answer. */
export type Io = { readonly query: object; readonly body: object | undefined; readonly answer: object | undefined };

declare const IO: unique symbol;

/** A declaration that carries the types of its query, body and answer. They do not exist at run time. */
export type Route<T extends Io> = RouteDeclaration & { readonly [IO]?: T };

export type IoOf<R> = R extends { readonly [IO]?: infer T extends Io } ? T : never;

export type Routes = Readonly<Record<string, RouteDeclaration>>;

type More = Partial<Omit<RouteDeclaration, 'method' | 'path' | 'tag' | 'summary' | 'answer'>>;
type ValueOf<S> = S extends NamedSchema<infer T extends object> ? T : undefined;
/** For a body in lines, the handler validates each line. */
type BodyOf<M> = M extends { readonly lines: true }
  ? undefined
  : M extends { readonly body: infer S }
    ? ValueOf<S>
    : undefined;
/** The server reads the cursor itself: `Call.after`. */
type QueryOf<M> = M extends { readonly query: infer P extends Properties }
  ? { readonly [name in Exclude<keyof P, 'cursor'>]?: TypeOf<P[name]> }
  : Readonly<Record<never, never>>;
type Made<M, A> = Route<{ readonly query: QueryOf<M>; readonly body: BodyOf<M>; readonly answer: ValueOf<A> }>;

/** A route that fits none of the constructors below. */
export const route = <const M extends RouteDeclaration>(
  declaration: M,
): Made<M, M extends { readonly answer: infer A } ? A : undefined> => declaration;

type Body = NamedSchema<object>;
type Shown = NamedSchema<object> | 'ndjson' | 'zip';

type Described = readonly [description: string, risk: ScopeDeclaration['risk']];
export type Scopes = { readonly read: ScopeDeclaration; readonly write: ScopeDeclaration };

/** The scopes `noun:read` and `noun:write`. The consent page shows a description: what it allows a client to do. */
export const scopes = (noun: string, given: { readonly read: Described; readonly write: Described }): Scopes => {
  const scope = (verb: 'read' | 'write'): ScopeDeclaration => {
    const [description, risk] = given[verb];
    return { name: `${noun}:${verb}`, description, risk };
  };
  return { read: scope('read'), write: scope('write') };
};

/** Constructors of the routes about one kind of object. `more` names differences from the usual. */
export const about = (tag: string, { read: readScope, write: writeScope }: Scopes) => ({
  read: <A extends Shown, const M extends More>(path: string, answer: A, summary: string, more?: M): Made<M, A> => {
    const usual = { scope: readScope, policy: READS, roles: READERS, status: 200, answer } as const;
    return { method: 'GET', path, tag, summary, ...usual, ...more };
  },
  create: <B extends Body, A extends Shown, const M extends More>(
    path: string,
    body: B,
    answer: A,
    summary: string,
    more?: M,
  ): Made<M & { readonly body: B }, A> => {
    const usual = { scope: writeScope, policy: 'administer', roles: WRITERS, body, status: 201, answer } as const;
    return { method: 'POST', path, tag, summary, ...usual, ...more };
  },
  change: <B extends Body, A extends Shown>(
    path: string,
    body: B,
    answer: A,
    summary: string,
    more: More = {},
  ): Made<{ readonly body: B }, A> => {
    const usual = { scope: writeScope, policy: 'administer', roles: WRITERS, body, status: 200, answer } as const;
    return { method: 'PATCH', path, tag, summary, ifMatch: true, ...usual, ...more };
  },
  act: <A extends Shown, const M extends More>(path: string, answer: A, summary: string, more?: M): Made<M, A> => {
    const usual = { scope: writeScope, policy: 'administer', roles: WRITERS, status: 200, answer } as const;
    return { method: 'POST', path, tag, summary, ...usual, ...more };
  },
  /** The object is gone afterwards: 204 without a body. */
  remove: (path: string, summary: string, more: More = {}): Made<object, undefined> => {
    const usual = { scope: writeScope, policy: 'administer', roles: WRITERS, status: 204 } as const;
    return { method: 'DELETE', path, tag, summary, ...usual, ...more };
  },
});

export const OWN = { own: true } as const;
