/**
 * What evaluates policies. The domain says who asks what of what, with the facts; the engine says yes or no and
 * which policies made it so. It knows no store and no clock, does not wait, and never throws on a question: what goes
 * wrong inside is an error in the verdict, and a verdict with an error is a `deny`.
 */

import { DomainError } from '../vocabulary/errors.ts';

/** What policies decide about. `act`: take a token; `delegate`: be given a delegation; the rest: use this server itself. */
export const POLICY_ACTIONS = ['act', 'delegate', 'register', 'approve', 'administer'] as const;

export type PolicyAction = (typeof POLICY_ACTIONS)[number];

export type EntityType =
  | 'Account'
  | 'Group'
  | 'Agent'
  | 'Client'
  | 'Registration'
  | 'Blueprint'
  | 'ResourceServer'
  | 'Scope'
  | 'DetailType';

export type EntityName = { readonly type: EntityType; readonly id: string };

/** `entity` names another entity; `network` is an IP address. */
export type PolicyValue =
  | string
  | number
  | boolean
  | { readonly entity: EntityName }
  | { readonly network: string }
  | readonly PolicyValue[]
  | { readonly record: PolicyRecord };

/** Members that are undefined are left out: an attribute that is not there. */
export type PolicyRecord = { readonly [attribute: string]: PolicyValue | undefined };

export type PolicyEntity = {
  readonly name: EntityName;
  readonly attributes: PolicyRecord;
  /** What it is `in`; they need no row of their own. */
  readonly parents: readonly EntityName[];
};

/** All that a policy set is asked about in one decision. */
export type PolicyCase = {
  readonly action: PolicyAction;
  readonly principal: EntityName;
  /** Everybody and everything but the resources. */
  readonly entities: readonly PolicyEntity[];
  /** Of every question alike, but for `consented`. */
  readonly context: PolicyRecord;
  /** What is asked about, one at a time. */
  readonly resources: readonly { readonly scope: string; readonly entity: PolicyEntity; readonly consented: boolean }[];
  /** Authorization details, likewise; `amount` is absent where their type counts none. */
  readonly details?: readonly DetailQuestion[];
  /** Of a token that is there, conditions were met when it was made. */
  readonly isConditional: boolean;
};

export type DetailQuestion = {
  readonly entity: PolicyEntity;
  readonly consented: boolean;
  readonly amount?: number;
};

export type PolicyQuestion = {
  readonly action: PolicyAction;
  readonly principal: EntityName;
  readonly resource: EntityName;
  readonly context: PolicyRecord;
};

export type Verdict = {
  readonly effect: 'allow' | 'deny';
  /** Ids of the policies that made it so: the permits of an `allow`, the forbids of a `deny`; none when nothing permits it. */
  readonly determining: readonly string[];
  /** Which policies could not be evaluated, in words. Any error makes the effect `deny`. */
  readonly errors: readonly string[];
};

/** What stands in a policy beside its rule. */
export type PolicySummary = {
  /** Its annotation `@id`, unique in its set. */
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly annotations: Readonly<Record<string, string>>;
};

export type PolicyFinding = {
  /** A set with an error is not taken; warnings are shown. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Id of the policy, when it is known which. */
  readonly policy?: string;
  /** 1-based, in the text as uploaded. */
  readonly line?: number;
  /** No policy of the set permits this at all, to anybody. */
  readonly action?: Exclude<PolicyAction, 'delegate'>;
};

export type PolicyCheck = { readonly policies: readonly PolicySummary[]; readonly findings: readonly PolicyFinding[] };

export type CompiledPolicies = {
  readonly policies: ReadonlyMap<string, PolicySummary>;
  decide(question: PolicyQuestion, entities: readonly PolicyEntity[]): Verdict;
  /** Frees what it holds; deciding afterwards is an error in the verdict. */
  release(): void;
};

/** `wasTaken`: the text was in force before, so ids in it that no object can have are no error. */
export type TakenBefore = { readonly wasTaken?: boolean };

export interface PolicyEngine {
  /**
   * Syntax, validation against the schema, ids that no object can have, and lint. Never throws on text, of any size or
   * shape.
   */
  check(text: string, before?: TakenBefore): PolicyCheck;
  /** Makes a set ready to decide. Throws DomainError 'invalid_field' when `check` finds an error. */
  compile(text: string, before?: TakenBefore): CompiledPolicies;
  /** The schema policies are written against, as text. */
  readonly schema: string;
  /** The set a new server starts with. */
  readonly starter: string;
}

/** A text with errors in it is no set; the first one is the message, all of them stand in `errors`. */
export const policiesRefused = (findings: readonly PolicyFinding[]): DomainError => {
  const details = findings
    .filter(({ severity }) => severity === 'error')
    .map(({ message, line }) => (line === undefined ? message : `Line ${line}: ${message}`));
  const errors = details.slice(0, 20).map((detail) => ({ pointer: '/text', detail }));
  const error = new DomainError('invalid_field', details[0] ?? 'This text is no policy set.', { field: '/text' });
  return Object.assign(error, { errors });
};

/** Nothing can be decided for now, so nothing is allowed. */
export const policiesUnavailable = (detail: string, cause?: unknown): DomainError =>
  new DomainError('unavailable', 'Policies cannot be asked right now.', { detail, cause });
