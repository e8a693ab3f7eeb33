/**
 * Checks without Cedar whether facts match the schema. Cedar validates every fact of every question again, which
 * costs more than the decision. Facts that are sure to fit need no such validation, and Cedar is given only those
 * that policies read. Returns false where it is not sure: then Cedar validates all facts.
 */
import { isIP } from 'node:net';
import type { TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import { cedar } from './cedar.ts';
import type { Asked } from './remembered-answers.ts';

/** The forms of the schema that this code understands. */
type Type = {
  readonly type: string;
  readonly name?: string;
  readonly element?: Type;
  readonly attributes?: Readonly<Record<string, Type & { readonly required?: boolean }>>;
};

/** The schema in Cedar's JSON, with the names of its types resolved. */
export type ResolvedSchema = {
  readonly commonTypes?: Readonly<Record<string, Type>>;
  readonly entityTypes: Readonly<Record<string, { readonly memberOfTypes?: readonly string[]; readonly shape?: Type }>>;
  readonly actions: Readonly<
    Record<
      string,
      {
        readonly memberOf?: readonly unknown[];
        readonly appliesTo: {
          readonly principalTypes: readonly string[];
          readonly resourceTypes: readonly string[];
          readonly context: Type;
        };
      }
    >
  >;
};

type Fits = (value: unknown) => boolean;

export interface FactsFit {
  /** Whether the question and all its entities are sure to fit. */
  fits(asked: Asked): boolean;

  /** The same types, and all types whose entities may be in one of these. */
  within(types: ReadonlySet<string>): ReadonlySet<string>;
}

/** `text`: the schema. Throws an Error when it does not parse. */
export const resolvedSchema = (text: string): ResolvedSchema => {
  const read = cedar().schemaToJsonWithResolvedTypes(text);
  if (read.type === 'failure') throw new Error(read.errors.map(({ message }) => message).join('; '));
  return read.json[''] as unknown as ResolvedSchema;
};

/** Throws an Error when the schema uses a form that this code does not understand. */
export const factsFit = (schema: ResolvedSchema): FactsFit => {
  if (Object.values(schema.actions).some(({ memberOf }) => memberOf !== undefined)) {
    throw new Error('heads of policies are read as if there were no groups of actions');
  }
  const forms = ['memberOfTypes', 'shape'];
  if (Object.values(schema.entityTypes).some((type) => Object.keys(type).some((form) => !forms.includes(form)))) {
    throw new Error('entities are read as if there were no tags and no lists of ids');
  }

  const fitOf = (type: Type): Fits => {
    const common = schema.commonTypes?.[type.type];
    if (common) return fitOf(common);
    if (type.type === 'Record') return recordFit(type);
    if (type.type === 'Entity') return (value) => isObject(value) && isEntity(value['__entity'], type.name);
    if (type.type === 'Set' && type.element) {
      const fits = fitOf(type.element);
      return (value) => Array.isArray(value) && value.every((member) => fits(member));
    }
    return SCALARS[type.type] ?? (() => false);
  };

  const recordFit = ({ attributes = {} }: Type): Fits => {
    const members = Object.entries(attributes).map(
      ([name, type]) => [name, fitOf(type), type.required !== false] as const,
    );
    return (value) => {
      if (!isObject(value)) return false;
      let found = 0;
      for (const [name, fits, isRequired] of members) {
        const member = Object.hasOwn(value, name) ? value[name] : undefined;
        if (member === undefined) {
          if (isRequired) return false;
        } else if (fits(member)) found += 1;
        else return false;
      }
      // No further members.
      return Object.keys(value).length === found;
    };
  };

  const entities = new Map(
    Object.entries(schema.entityTypes).map(([type, { shape, memberOfTypes = [] }]) => [
      type,
      { fits: fitOf(shape ?? { type: 'Record' }), parents: memberOfTypes },
    ]),
  );
  const actions = new Map(
    Object.entries(schema.actions).map(([id, { appliesTo }]) => [id, { ...appliesTo, fits: fitOf(appliesTo.context) }]),
  );

  return {
    fits({ principal, action, resource, context, entities: rows }: Asked): boolean {
      const applies = actions.get(action.id);
      if (!applies?.principalTypes.includes(principal.type) || !applies.resourceTypes.includes(resource.type))
        return false;
      if (!isText(principal.id) || !isText(resource.id) || !applies.fits(context)) return false;
      const seen = new Set<string>();
      for (const { uid, attrs, parents } of rows) {
        const { type, id } = uid as TypeAndId;
        const entity = entities.get(type);
        if (!isText(id) || !entity?.fits(attrs)) return false;
        if (!(parents as readonly TypeAndId[]).every((one) => isText(one.id) && entity.parents.includes(one.type)))
          return false;
        seen.add(`${type} ${id}`);
      }
      return seen.size === rows.length;
    },

    within(types: ReadonlySet<string>): ReadonlySet<string> {
      const all = new Set(types);
      for (let size = 0; size !== all.size; ) {
        size = all.size;
        for (const [type, { parents }] of entities) if (parents.some((parent) => all.has(parent))) all.add(type);
      }
      return all;
    },
  };
};

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEntity = (value: unknown, type: string | undefined): boolean =>
  isObject(value) && value['type'] === type && isText(value['id']);

/** WebAssembly replaces half a surrogate pair with another character. */
const isText = (value: unknown): boolean => typeof value === 'string' && value.isWellFormed();

const SCALARS: Readonly<Record<string, Fits>> = {
  String: isText,
  Bool: (value) => typeof value === 'boolean',
  Long: (value) => Number.isSafeInteger(value),
  ipaddr: (value) => {
    const { fn, arg } = (isObject(value) && isObject(value['__extn']) ? value['__extn'] : {}) as {
      readonly fn?: unknown;
      readonly arg?: unknown;
    };
    // Cedar treats addresses with a zone, or of one kind within the other, in its own way.
    return fn === 'ip' && typeof arg === 'string' && isIP(arg) !== 0 && !(arg.includes(':') && /[.%]/.test(arg));
  },
};
