/** The facts of a question that policies read. Facts that no policy could notice are left out. */
import type { CedarValueJson, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import type { PolicyUse } from './policy-use.ts';
import type { Asked } from './remembered-answers.ts';

export const lookedAt = ({ principal, action, resource, context, entities }: Asked, use: PolicyUse): Asked => ({
  principal,
  action,
  resource,
  context: use.context === undefined ? context : only(context, use.context),
  entities: entities.flatMap((row) => rowAs(row, use)),
});

/** An entity without facts is the same as none. */
const rowAs = ({ uid, attrs, parents }: EntityJson, { attributes, within }: PolicyUse): readonly EntityJson[] => {
  const asked = only(attrs, attributes);
  const around = within ? parents.filter((parent) => within.has((parent as TypeAndId).type)) : parents;
  return around.length === 0 && isEmpty(asked) ? [] : [{ uid, attrs: asked, parents: around }];
};

type Values = Readonly<Record<string, CedarValueJson>>;

const only = (record: Values, names: { has(name: string): boolean }): Record<string, CedarValueJson> => {
  const some: Record<string, CedarValueJson> = {};
  for (const name in record) if (names.has(name)) some[name] = record[name] as CedarValueJson;
  return some;
};

const isEmpty = (record: Values): boolean => {
  for (const _ in record) return false;
  return true;
};
