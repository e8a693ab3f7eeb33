/** The operations of a PATCH request (RFC 7644 §3.5.2), in the forms that directories send. */
import { scimRefusal } from './scim-refusals.ts';
import { checkSchema, isObject, type Values } from './values.ts';

const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export type Kind = 'add' | 'replace' | 'remove';
export type Operation = {
  readonly kind: Kind;
  readonly path?: string;
  readonly value: unknown;
  readonly number: number;
};

const KINDS: readonly string[] = ['add', 'replace', 'remove'] satisfies readonly Kind[];
const isKind = (kind: string): kind is Kind => KINDS.includes(kind);

/** Default of the operations of one request. */
const MOST_OPERATIONS = 100;

const readOperation = (given: unknown, number: number): Operation => {
  const unknown = () => scimRefusal('scim_operation_unknown', { params: { number } });
  if (!isObject(given)) throw unknown();
  // Entra ID capitalizes the operation.
  const { op, path, value } = given;
  const kind = typeof op === 'string' ? op.toLowerCase() : '';
  if (!isKind(kind)) throw unknown();
  if (path !== undefined && typeof path !== 'string') {
    throw scimRefusal('scim_path_unknown', { params: { number } });
  }
  if (kind !== 'remove' && value === undefined) throw unknown();
  return { kind, value, number, ...(path === undefined ? {} : { path }) };
};

/** Throws 'invalid_request' for a body of another type, and 'invalid_field' for an operation that cannot be read. */
export const readOperations = (body: Values, most = MOST_OPERATIONS): readonly Operation[] => {
  checkSchema(body, PATCH_SCHEMA);
  const operations = body['Operations'] ?? body['operations'];
  if (!Array.isArray(operations) || operations.length === 0 || operations.length > most) {
    throw scimRefusal('scim_operations_exceeded', { params: { most } });
  }
  return operations.map((given, index) => readOperation(given, index + 1));
};
