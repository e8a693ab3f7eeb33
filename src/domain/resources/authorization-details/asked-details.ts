import { DETAIL_LIMITS, type Detail, isList, isObject, type JsonValue } from '../../vocabulary/detail-type.ts';
import { DomainError } from '../../vocabulary/errors.ts';
import { strictJson } from '../../vocabulary/strict-json.ts';
import { violation } from './detail-schema.ts';
import { type DetailTypes, typeOf } from './narrowed-details.ts';

const refuse = (message: string): never => {
  throw new DomainError('invalid_authorization_details', message, { field: 'authorization_details' });
};

/**
 * The parameter `authorization_details` (RFC 9396 §2): 1 to 50 objects, each with a type, of at most 8 KB, nested at
 * most 16 deep. No member occurs twice, and every number fits a double. Throws 'invalid_authorization_details'.
 */
export const readDetails = (text: string): readonly Detail[] => {
  const { length, count, depth } = DETAIL_LIMITS;
  if (text.length > length) return refuse(`authorization_details has at most ${length} characters`);
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > length) return refuse(`authorization_details has at most ${length} bytes`);
  let value: JsonValue;
  try {
    value = strictJson(bytes, ['__proto__', 'constructor', 'prototype'], depth) as JsonValue;
  } catch (error) {
    return refuse(`authorization_details: ${error instanceof Error ? error.message : 'this is not JSON.'}`);
  }
  if (!isList(value) || value.length === 0) return refuse('authorization_details is a list of objects');
  if (value.length > count) return refuse(`authorization_details has at most ${count} entries`);
  for (const [index, each] of value.entries()) {
    if (!isDetail(each)) return refuse(`authorization_details[${index}] is no object with a type`);
    if (!holdsNumbers(each)) return refuse(`authorization_details[${index}] holds a number that is too large`);
    if (!isWellFormed(each)) return refuse(`authorization_details[${index}] holds half of a character`);
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
    if (!type) return refuse(`authorization_details[${index}]: this type is not known at the resource`);
    const at = violation(type.schema, detail);
    if (at !== undefined) return refuse(`authorization_details[${index}]${at}: not as the type declares it`);
  }
};
