/**
 * Heads of policies (the part before the conditions), evaluated without Cedar. They show which policies cannot apply
 * to a question under any condition, and the name by which the others are found. Leaves out only what Cedar would
 * leave out. A policy that is not sure to be left out goes to Cedar.
 */
import type { ActionConstraint, EntityUidJson, PolicyJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import type { Asked } from './remembered-answers.ts';

/** Principal or resource: each condition that is present must hold. Entities by `keyOf`. */
type Place = { readonly type?: string; readonly same?: string; readonly inside?: string };

export type PolicyHead = {
  /** Ids; undefined: any. */
  readonly actions: readonly string[] | undefined;
  readonly principal: Place;
  readonly resource: Place;
};

/** A question: the action, and what principal and resource are in, including themselves. */
export type Question = {
  readonly action: string;
  readonly principal: TypeAndId;
  readonly resource: TypeAndId;
  readonly aroundPrincipal: ReadonlySet<string>;
  readonly aroundResource: ReadonlySet<string>;
};

/** With everything that principal and resource are in, through all their ancestors. */
export const questionOf = ({ principal, action, resource, entities }: Asked): Question => {
  const rows = new Map(
    entities.map(({ uid, parents }) => [keyOf(named(uid)), parents.map((one) => keyOf(named(one)))]),
  );
  const around = (entity: TypeAndId): ReadonlySet<string> => {
    const found = new Set([keyOf(entity)]);
    // Iterating over a set includes elements that are added during the loop.
    for (const key of found) for (const parent of rows.get(key) ?? []) found.add(parent);
    return found;
  };
  return {
    action: action.id,
    principal,
    resource,
    aroundPrincipal: around(principal),
    aroundResource: around(resource),
  };
};

/** A type has no space in it. */
const keyOf = ({ type, id }: TypeAndId): string => `${type} ${id}`;

const named = (entity: EntityUidJson): TypeAndId => ('__entity' in entity ? entity.__entity : entity);

export const headOf = ({ principal, action, resource }: PolicyJson): PolicyHead => ({
  actions: actionsOf(action),
  principal: placeOf(principal),
  resource: placeOf(resource),
});

/**
 * The effect of a policy that has no conditions: it applies to each question to which its head applies. Undefined: Cedar has to evaluate
 * its conditions, or its head.
 */
export const rulingOf = ({ effect, principal, resource, conditions }: PolicyJson): PolicyJson['effect'] | undefined =>
  conditions.length > 0 || [principal, resource].some(isOpen) ? undefined : effect;

/** Of a template, which the head leaves open. */
const isOpen = (constraint: PolicyJson['principal'] | PolicyJson['resource']): boolean =>
  'slot' in constraint || ('in' in constraint && constraint.in !== undefined && 'slot' in constraint.in);

const placeOf = (constraint: PolicyJson['principal'] | PolicyJson['resource']): Place => {
  if (constraint.op === 'All' || 'slot' in constraint) return {};
  if (constraint.op === '==') return { same: keyOf(named(constraint.entity)) };
  if (constraint.op === 'in') return { inside: keyOf(named(constraint.entity)) };
  const { entity_type: type, in: around } = constraint;
  return around === undefined || 'slot' in around ? { type } : { type, inside: keyOf(named(around.entity)) };
};

/** The schema has no groups of actions, so an action is in itself only (checked where the schema is read). */
const actionsOf = (constraint: ActionConstraint): readonly string[] | undefined => {
  if (constraint.op === 'All' || 'slot' in constraint) return undefined;
  const entities = 'entities' in constraint ? constraint.entities : [constraint.entity];
  return entities.map((entity) => named(entity).id);
};

export const mayApply = ({ actions, principal, resource }: PolicyHead, question: Question): boolean =>
  (actions === undefined || actions.includes(question.action)) &&
  holds(principal, question.principal, question.aroundPrincipal) &&
  holds(resource, question.resource, question.aroundResource);

const holds = ({ type, same, inside }: Place, entity: TypeAndId, around: ReadonlySet<string>): boolean =>
  (type === undefined || type === entity.type) &&
  (same === undefined || same === keyOf(entity)) &&
  (inside === undefined || around.has(inside));

/** The one entity by which a policy is found, the rarer first. Undefined: it is about no particular entity. */
export const placeKeyOf = ({ principal, resource }: PolicyHead): string | undefined => {
  if (resource.same !== undefined) return `resource == ${resource.same}`;
  if (principal.same !== undefined) return `principal == ${principal.same}`;
  if (principal.inside !== undefined) return `principal in ${principal.inside}`;
  return resource.inside === undefined ? undefined : `resource in ${resource.inside}`;
};

/** All keys under which there may be policies that apply. */
export const placeKeysOf = ({ principal, resource, aroundPrincipal, aroundResource }: Question): readonly string[] => [
  `resource == ${keyOf(resource)}`,
  `principal == ${keyOf(principal)}`,
  ...[...aroundPrincipal].map((key) => `principal in ${key}`),
  ...[...aroundResource].map((key) => `resource in ${key}`),
];
