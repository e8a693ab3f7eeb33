/**
 * Authorization details (RFC 9396): their types, the allowed content of a detail, when one detail contains another, and
 * their text for people. Pure functions. Does not own where details are stored (grants, delegations, tokens), nor who
 * gets them (decision). Called by the registry of resource servers, which owns the types, by decisions and by pages.
 */
import type { Risk } from './risk.ts';

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue };

/** One authorization detail (RFC 9396 §2). */
export type Detail = { readonly type: string; readonly [member: string]: JsonValue };

/** Resource indicator → details requested or held there. */
export type DetailsByResource = Readonly<Record<string, readonly Detail[]>>;

export const MEMBER_RULES = ['max', 'min', 'subset', 'prefix', 'equal', 'before', 'after'] as const;

/** Required relation of a child's member to the same member of its parent. Members without a rule are `equal`. */
export type MemberRule = {
  readonly rule: (typeof MEMBER_RULES)[number];
  /** A parent without this member sets no limit by it. Default: the child must lack the member as well. */
  readonly absent?: 'unlimited';
};

/** A type of authorization details, registered at the resource server that understands it. */
export type DetailType = {
  /** Value of the member `type`; unique at its resource server. */
  readonly type: string;
  /** The subject of details of this type, as text for people. */
  readonly description: string;
  readonly risk: Risk;
  /** JSON Schema 2020-12 of all members but `type`, in the keywords of detail-schema.ts. */
  readonly schema: JsonSchema;
  /** One sentence with the members in braces: `Pay up to {amount | money currency}[ to {creditor}]` (display-template.ts). */
  readonly display: string;
  /** Rules by name of the member; for a member of an object by its path, such as `limits.amount`. */
  readonly members: Readonly<Record<string, MemberRule>>;
  /** Member with the amount: a whole number. Children of one parent share it. */
  readonly amount?: string;
};

export type JsonSchema = { readonly [keyword: string]: JsonValue };

/** Limits of the details in one request, and of those held at one resource: characters, entries and nesting. */
export const DETAIL_LIMITS = { length: 8192, count: 50, depth: 16 } as const;

/** The value at a path, through objects only. */
export const memberAt = (value: JsonValue | undefined, path: string): JsonValue | undefined =>
  path
    .split('.')
    .reduce<JsonValue | undefined>(
      (at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined),
      value,
    );

export const isObject = (value: JsonValue | undefined): value is { readonly [member: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);
