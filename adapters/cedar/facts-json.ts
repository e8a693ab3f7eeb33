/** Facts in the form that Cedar reads. */
import type { CedarValueJson, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import type { EntityName, PolicyEntity, PolicyRecord, PolicyValue } from '../../src/domain/ports/policy-engine.ts';

export const nameJson = ({ type, id }: EntityName): TypeAndId => ({ type, id });

export const recordJson = (record: PolicyRecord): Record<string, CedarValueJson> => {
  const json: Record<string, CedarValueJson> = {};
  for (const [attribute, value] of Object.entries(record)) {
    if (value !== undefined) json[attribute] = valueJson(value);
  }
  return json;
};

/** Throws on a number that is not a safe integer: Cedar has no others, and a rounded number leads to wrong decisions. */
const valueJson = (value: PolicyValue): CedarValueJson => {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number`);
  if (typeof value !== 'object') return value;
  if (isList(value)) return value.map(valueJson);
  if ('entity' in value) return { __entity: nameJson(value.entity) };
  if ('network' in value) return { __extn: { fn: 'ip', arg: value.network } };
  return recordJson(value.record);
};

const isList = (value: PolicyValue): value is readonly PolicyValue[] => Array.isArray(value);

export const entityJson = ({ name, attributes, parents }: PolicyEntity): EntityJson => ({
  uid: nameJson(name),
  attrs: recordJson(attributes),
  parents: parents.map(nameJson),
});
