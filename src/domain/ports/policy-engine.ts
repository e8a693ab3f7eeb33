/**
 * The policy engine: evaluates policies. The domain supplies principal, action, resource and facts. The engine returns
 * a verdict and the policies that determined it. It has no store and no clock, evaluates synchronously, and never throws on
 * a question. An internal failure is an error in the verdict, and a verdict with an error is a `deny`.
 */

import type { DomainError } from '../vocabulary/errors.ts';
import { policyTextRefusal } from './policy-text-refusals.ts';

/** Actions that policies decide on. `act`: get a token. `delegate`: get a delegation. The rest: use this server itself. */
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

/** Members that are undefined are left out: the attribute is missing. */
export type PolicyRecord = { readonly [attribute: string]: PolicyValue | undefined };

export type PolicyEntity = {
  readonly name: EntityName;
  readonly attributes: PolicyRecord;
  /** The entities that it is `in`. They need no entry of their own here. */
  readonly parents: readonly EntityName[];
};

/** Everything that a policy set evaluates in one decision. */
export type PolicyCase = {
  readonly action: PolicyAction;
  readonly principal: EntityName;
  /** All entities but the resources. */
  readonly entities: readonly PolicyEntity[];
  /** Context of all questions, without `consented`. */
  readonly context: PolicyRecord;
  /** The scopes to evaluate, one at a time. */
  readonly resources: readonly { readonly scope: string; readonly entity: PolicyEntity; readonly consented: boolean }[];
  /** The authorization details to evaluate, likewise; `amount` is absent where their type has none. */
  readonly details?: readonly DetailQuestion[];
  /** Conditions of an existing token were met when it was issued. */
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

/** One of several resources of a question. */
export type AskedResource = {
  readonly entity: PolicyEntity;
  /** Context of this resource only. */
  readonly more: PolicyRecord;
};

export type Verdict = {
  readonly effect: 'allow' | 'deny';
  /**
   * Ids of the policies that determined the verdict: the permits of an `allow`, the forbids of a `deny`; none when no
   * policy permits the question.
   */
  readonly determining: readonly string[];
  /** Policies that could not be evaluated, as text. Any error makes the effect `deny`. */
  readonly errors: readonly string[];
};

/** The parts of a policy apart from its rule. */
export type PolicySummary = {
  /** Its annotation `@id`, unique in its set. */
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly annotations: Readonly<Record<string, string>>;
};

/** An annotation that the server knows. `says`: the form of its value. */
export type PolicyAnnotation = { readonly name: string; readonly says: string };

export type PolicyFinding = {
  /** A set with an error is refused; warnings are shown. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Id of the policy, if known. */
  readonly policy?: string;
  /** 1-based, in the text as uploaded. */
  readonly line?: number;
  /** No policy of the set permits this action to any principal. */
  readonly action?: Exclude<PolicyAction, 'delegate'>;
};

export type PolicyCheck = { readonly policies: readonly PolicySummary[]; readonly findings: readonly PolicyFinding[] };

export type CompiledPolicies = {
  readonly policies: ReadonlyMap<string, PolicySummary>;
  decide(question: PolicyQuestion, entities: readonly PolicyEntity[]): Verdict;
  /** The verdict on each of these resources, as of `decide` with its entity and the further context. */
  decideEach(
    question: Omit<PolicyQuestion, 'resource'>,
    entities: readonly PolicyEntity[],
    resources: readonly AskedResource[],
  ): readonly Verdict[];
  /** Frees its resources. A later evaluation gives an error in the verdict. */
  release(): void;
};

/**
 * `wasTaken`: the text was active before, so impossible ids in it are not an error. `isAwaited`: it is active or becomes active
 * again, so it waits for no other text.
 */
export type TakenBefore = { readonly wasTaken?: boolean; readonly isAwaited?: boolean };

/**
 * Texts are checked and compiled one after the other. Both methods throw DomainError 'unavailable' before anything is begun
 * where the texts ahead are too long together.
 */
export interface PolicyEngine {
  /**
   * Syntax, validation against the schema, impossible ids, and lint. No text makes it throw, of any size or shape. Works in
   * slices of at most 50 ms on one core, between which other requests run.
   */
  check(text: string, before?: TakenBefore): Promise<PolicyCheck>;
  /** Compiles a set, in such slices. Throws DomainError 'invalid_field' when `check` finds an error. */
  compile(text: string, before?: TakenBefore): Promise<CompiledPolicies>;
  /** The schema for policies, as text. */
  readonly schema: string;
  /** The policy set of a new server. */
  readonly starter: string;
  readonly annotations: readonly PolicyAnnotation[];
}

/** The error for a text with errors. The first one is the message; `errors` holds all of them. */
export const policiesRefused = (findings: readonly PolicyFinding[]): DomainError => {
  const details = findings
    .filter(({ severity }) => severity === 'error')
    .map(({ message, line }) => (line === undefined ? message : `Line ${line}: ${message}`));
  const errors = details.slice(0, 20).map((detail) => ({ pointer: '/text', detail }));
  const [finding] = details;
  const error =
    finding === undefined
      ? policyTextRefusal('policy_text_empty', { field: '/text' })
      : policyTextRefusal('policy_text_invalid', { field: '/text', params: { finding } });
  return Object.assign(error, { errors });
};

/** The error while policies cannot be evaluated, so that nothing is permitted. */
export const policiesUnavailable = (detail: string, cause?: unknown): DomainError =>
  policyTextRefusal('policies_unavailable', { detail, cause });

/** The error while the texts ahead of one are too long together. Nothing was begun. */
export const policyTextsInLine = (): DomainError => policyTextRefusal('policy_texts_in_line', { retryAfterSeconds: 2 });
