/** Which attributes of a user or group an answer has (RFC 7644 §3.9). */
import {
  type Attribute,
  ENTERPRISE_SCHEMA,
  findAttribute,
  isEnterpriseSchema,
  type ResourceSchema,
  USER_RESOURCE,
} from './attributes.ts';
import { extensionOf, isObject, type Values, withExtension, without } from './values.ts';

export type Selection = { readonly attributes: readonly string[]; readonly excluded: readonly string[] };

type Chosen = { readonly isEnterprise: boolean; readonly name?: string; readonly sub?: string };

/** Names of no attribute select nothing. */
const chosenOf = (names: readonly string[], resource: ResourceSchema): readonly Chosen[] =>
  names.flatMap((name): readonly Chosen[] => {
    if (isEnterpriseSchema(name)) return [{ isEnterprise: true }];
    const found = findAttribute(name, resource);
    if (!found) return [];
    const { isEnterprise, attribute, sub } = found;
    return [{ isEnterprise, name: attribute.name, ...(sub ? { sub: sub.name } : {}) }];
  });

const isAlways = (name: string, resource: ResourceSchema): boolean => {
  const attribute: Attribute | undefined = findAttribute(name, resource)?.attribute;
  return attribute?.returned === 'always';
};

const mapSub = (value: unknown, change: (one: Values) => Values): unknown => {
  if (Array.isArray(value)) return value.map((one) => (isObject(one) ? change(one) : one));
  return isObject(value) ? change(value) : value;
};

const only = (values: Values, chosen: readonly Chosen[]): Values =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const meant = chosen.filter((one) => one.name === name);
      if (meant.length === 0) return [];
      const subs = meant.flatMap(({ sub }) => sub ?? []);
      if (subs.length < meant.length) return [[name, value]];
      const kept = mapSub(value, (one) =>
        Object.fromEntries(Object.entries(one).filter(([sub]) => subs.includes(sub))),
      );
      return [[name, kept]];
    }),
  );

const except = (values: Values, chosen: readonly Chosen[]): Values => {
  let next = values;
  for (const { name, sub } of chosen) {
    if (name === undefined || next[name] === undefined) continue;
    next =
      sub === undefined ? without(next, name) : { ...next, [name]: mapSub(next[name], (one) => without(one, sub)) };
  }
  return next;
};

/** The attributes that an answer has. `id`, `schemas` and `userName` are in every answer. */
export const selected = (
  user: Values,
  { attributes, excluded }: Selection,
  resource: ResourceSchema = USER_RESOURCE,
): Values => {
  const { [ENTERPRISE_SCHEMA]: _, ...core } = user;
  const extension = extensionOf(user);
  if (attributes.length > 0) {
    const chosen = chosenOf(attributes, resource);
    const always = Object.entries(core).filter(([name]) => isAlways(name, resource));
    const isWhole = chosen.some(({ isEnterprise, name }) => isEnterprise && name === undefined);
    const ofCore = {
      ...Object.fromEntries(always),
      ...only(
        core,
        chosen.filter((one) => !one.isEnterprise),
      ),
    };
    return withExtension(
      ofCore,
      isWhole
        ? extension
        : only(
            extension,
            chosen.filter((one) => one.isEnterprise),
          ),
    );
  }
  const chosen = chosenOf(excluded, resource).filter(({ name }) => name === undefined || !isAlways(name, resource));
  const isGone = chosen.some(({ isEnterprise, name }) => isEnterprise && name === undefined);
  const ofCore = except(
    core,
    chosen.filter((one) => !one.isEnterprise),
  );
  return withExtension(
    ofCore,
    isGone
      ? {}
      : except(
          extension,
          chosen.filter((one) => one.isEnterprise),
        ),
  );
};

/** Whether an answer has the attribute, so that it has to be read. */
export const isSelected = (name: string, { attributes, excluded }: Selection, resource: ResourceSchema): boolean => {
  if (attributes.length > 0) return chosenOf(attributes, resource).some((one) => one.name === name);
  return !chosenOf(excluded, resource).some((one) => one.name === name && one.sub === undefined);
};
