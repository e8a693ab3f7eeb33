import { DETAIL_LIMITS, type Detail, isList, isObject, type JsonValue } from '../../vocabulary/detail-type.ts';
import { strictJson } from '../../vocabulary/strict-json.ts';
import { detailRefusal } from './detail-refusals.ts';
import { violation } from './detail-schema.ts';
import { type DetailTypes, typeOf } from './narrowed-details.ts';

const AT = { field: 'authorization_details' } as const;

/**
 * The parameter `authorization_details` (RFC 9396 §2): 1 to 50 objects, each with a type, of at most 8 KB, nested at
 * most 16 deep. No member occurs twice, and every number fits a double. Throws 'invalid_authorization_details'.
 */
export const readDetails = (text: string): readonly Detail[] => {
  const { length, count, depth } = DETAIL_LIMITS;
  if (text.length > length) throw detailRefusal('details_too_many_characters', { ...AT, params: { most: length } });
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > length) throw detailRefusal('details_too_many_bytes', { ...AT, params: { most: length } });
  let value: JsonValue;
  try {
    value = strictJson(bytes, ['__proto__', 'constructor', 'prototype'], depth) as JsonValue;
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'this is not JSON.';
    throw detailRefusal('details_unreadable', { ...AT, params: { problem } });
  }
  if (!isList(value) || value.length === 0) throw detailRefusal('details_not_list', AT);
  if (value.length > count) throw detailRefusal('details_too_many', { ...AT, params: { most: count } });
  for (const [index, each] of value.entries()) {
    if (!isDetail(each)) throw detailRefusal('detail_not_typed', { ...AT, params: { index } });
    if (!holdsNumbers(each)) throw detailRefusal('detail_number_too_large', { ...AT, params: { index } });
    if (!isWellFormed(each)) throw detailRefusal('detail_text_not_well_formed', { ...AT, params: { index } });
  }
  return value as readonly Detail[];
};

const isDetail = (value: JsonValue): value is Detail =>
  isObject(value) && typeof value['type'] === 'string' && value['type'] !== '';

/** Refuses lone surrogates, which have no UTF-8 and no canonical form (RFC 8785 §3.2.2.2). */
const isWellFormed = (value: JsonValue): boolean => {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, member]) => name.isWellFormed() && isWellFormed(member));
};

const holdsNumbers = (value: JsonValue): boolean => {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(holdsNumbers);
};

/**
 * Checks that each detail has a declared type and matches its schema (RFC 9396 §5). Throws
 * 'invalid_authorization_details' with the position of the first one that does not.
 */
export const checkDetails = (types: DetailTypes, details: readonly Detail[]): undefined => {
  for (const [index, detail] of details.entries()) {
    const type = typeOf(types, detail);
    if (!type) throw detailRefusal('detail_type_unknown', { ...AT, params: { index } });
    const at = violation(type.schema, detail);
    if (at !== undefined) throw detailRefusal('detail_not_as_declared', { ...AT, params: { index, at } });
  }
};
