/** Fields of an object as texts of a form, and back: the body of a call of the management API. */
import type { Text } from '../../../views/html.ts';
import type { Option } from '../../../views/partials/controls.ts';
import type { FormControl, FormLook, FormSection, OfferedApi } from '../../../views/partials/object-form.ts';
import { canonicalDigest } from '../../domain/vocabulary/canonical-digest.ts';
import type { JsonObject } from '../management/json-body.ts';
import { single } from '../middleware/form-body.ts';
import type { Viewer } from './console-page.ts';
import type { FieldKind, FieldSpec, Given, NamedKind } from './form-fields.ts';
import { withId } from './named-fields.ts';
import type { FindNamed } from './named-objects.ts';
import type { ObjectFormSpec, RowsSpec, Shown } from './object-form-spec.ts';
import { inOneOrder, withTicks } from './rights-text.ts';

/** What a browser sent, by the name of the field. */
export type Values = ReadonlyMap<string, Given>;

export type Which = 'new' | 'change';

/** Name of a field in the form. */
export const formName = ({ within, name }: Pick<FieldSpec, 'within' | 'name'>): string =>
  within === undefined ? name : `${within}.${name}`;

/** The part of an object that holds the field's member. */
const holderOf = (object: Shown, { within }: Pick<FieldSpec, 'within'>): Shown =>
  within === undefined ? object : ((object[within] ?? {}) as Shown);

export const fieldsOf = ({ sections }: ObjectFormSpec, which: Which): readonly FieldSpec[] =>
  sections.flatMap(({ fields = [] }) => fields).filter(({ only }) => only === undefined || only === which);

export const rowsSpecsOf = ({ sections }: ObjectFormSpec): readonly RowsSpec[] =>
  sections.flatMap(({ rows }) => (rows ? [rows] : []));

export const rowName = ({ member }: RowsSpec, index: number, field: FieldSpec): string =>
  `${member}.${index}.${field.name}`;

/** The texts that the fields show of an object. */
export const valuesOf = (spec: ObjectFormSpec, which: Which, object: Shown): Values => {
  const values = new Map(
    fieldsOf(spec, which).map((field) => [formName(field), field.kind.write(holderOf(object, field)[field.name])]),
  );
  for (const rows of rowsSpecsOf(spec)) {
    const items = (object[rows.member] ?? []) as readonly Shown[];
    for (const [index, item] of items.entries()) {
      for (const field of rows.fields) values.set(rowName(rows, index, field), field.kind.write(item[field.name]));
    }
  }
  return values;
};

/** What the browser sent. Of rows, leaves out those whose first field is empty. */
export const givenOf = (spec: ObjectFormSpec, which: Which, form: URLSearchParams): Values => {
  const givenAt = (name: string, { kind: { look } }: FieldSpec): Given => {
    if (look.kind === 'many') return form.getAll(name).slice(0, look.options.length);
    const text = single(form, name)?.replaceAll('\r\n', '\n');
    if (look.kind === 'rights') return withTicks(text, form.getAll(`${name}.tick`));
    if (look.kind === 'time')
      return (text ?? '').trim() === '' ? [] : [String(text), single(form, `${name}.unit`) ?? ''];
    return text === undefined ? [] : [text];
  };
  const values = new Map(fieldsOf(spec, which).map((field) => [formName(field), givenAt(formName(field), field)]));
  for (const rows of rowsSpecsOf(spec)) {
    const [first] = rows.fields;
    let next = 0;
    for (let index = 0; first !== undefined && index < rows.most + rows.spare; index += 1) {
      if ((givenAt(rowName(rows, index, first), first)[0] ?? '').trim() === '') continue;
      for (const field of rows.fields)
        values.set(rowName(rows, next, field), givenAt(rowName(rows, index, field), field));
      next += 1;
    }
  }
  return values;
};

const itemsIn = (rows: RowsSpec, values: Values): number => {
  const [first] = rows.fields;
  let count = 0;
  while (first !== undefined && values.has(rowName(rows, count, first))) count += 1;
  return count;
};

export const sectionsOf = (
  spec: ObjectFormSpec,
  which: Which,
  values: Values,
  errors: ReadonlyMap<string, Text>,
  offered: Offered = { apis: [], options: {} },
  more = 0,
): readonly FormSection[] => {
  const control = (name: string, { label, kind, hint = kind.hint, optional, unit }: FieldSpec): FormControl => {
    const error = errors.get(name);
    return {
      ...{ name, label, hint, look: lookOf(kind, offered), value: values.get(name) ?? [] },
      ...(unit === undefined ? {} : { unit }),
      ...(error === undefined ? {} : { error }),
      ...(optional === undefined ? {} : { optional }),
    };
  };
  return spec.sections.flatMap((section): readonly FormSection[] => {
    const { fields = [], rows, title, hint, isFolded, isRow, afterNew } = section;
    const shown = fields.filter(({ only }) => only === undefined || only === which);
    // An object without any item, as a new one, has an empty one.
    const spare = rows ? Math.max(more, itemsIn(rows, values) === 0 ? rows.spare : 0) : 0;
    if (shown.length === 0 && !rows) return [];
    return [
      {
        title,
        ...(hint === undefined ? {} : { hint }),
        ...{ isFolded: isFolded === true, isRow: isRow === true },
        controls: shown.map((field) => control(formName(field), field)),
        ...(afterNew === undefined || which === 'change' ? {} : { after: afterNew }),
        ...(rows
          ? {
              rows: {
                ...{ label: rows.label, member: rows.member, isStacked: rows.isStacked === true },
                ...(itemsIn(rows, values) + spare < rows.most ? { add: rows.add } : {}),
                items: Array.from({ length: Math.min(rows.most, itemsIn(rows, values) + spare) }, (_, index) =>
                  rows.fields.map((field) => ({
                    ...control(rowName(rows, index, field), field),
                    ...(index >= Math.max(1, itemsIn(rows, values)) ? { optional: true } : {}),
                  })),
                ),
              },
            }
          : {}),
      },
    ];
  });
};

/** What the server offers to choose from. */
export type Offered = {
  readonly apis: readonly OfferedApi[];
  /** By the kind of object that a field names. */
  readonly options: Readonly<Partial<Record<NamedKind, readonly Option[]>>>;
};

/** A field that names one of a few objects is a list of them; rights are ticks of the scopes of each API. */
const lookOf = ({ look, names, isList }: FieldKind, { apis, options }: Offered): FormLook => {
  if (look.kind === 'rights') return { ...look, apis };
  const list = isList && typeof names === 'string' ? options[names] : undefined;
  return list === undefined ? look : { kind: 'choice', options: list };
};

/** A stored object, and the same object as its form shows it. */
type Stored = { readonly object: Shown; readonly shown: Shown };

/**
 * The members that the fields say, with ids in place of names. `emptied`: fields that the user left empty. `stored`: the object
 * that a change begins with.
 */
export const bodyOf = async (
  find: FindNamed,
  viewer: Viewer,
  spec: ObjectFormSpec,
  values: Values,
  stored?: Stored,
): Promise<{ readonly body: JsonObject; readonly emptied: readonly FieldSpec[] }> => {
  const body: Record<string, unknown> = {};
  const emptied: FieldSpec[] = [];
  for (const field of fieldsOf(spec, stored ? 'change' : 'new')) {
    const { name, within, kind } = field;
    const at = `/${within === undefined ? '' : `${within}/`}${name}`;
    const member = kind.read(values.get(formName(field)) ?? [], at);
    if (member === undefined) {
      emptied.push(field);
      continue;
    }
    const kept = stored && {
      ids: holderOf(stored.object, field)[name],
      names: holderOf(stored.shown, field)[name],
    };
    const said = await withId(find, viewer, kind, { member, values, at, kept });
    if (within === undefined) body[name] = said;
    else body[within] = { ...(body[within] as object | undefined), [name]: said };
  }
  for (const member of memberless(spec, emptied)) delete body[member];
  for (const rows of rowsSpecsOf(spec)) {
    body[rows.member] = Array.from({ length: itemsIn(rows, values) }, (_, index) =>
      Object.fromEntries(
        rows.fields.flatMap(({ name, kind }) => {
          const at = `${rows.member}.${index}.${name}`;
          const member = kind.read(values.get(at) ?? [], `/${rows.member}/${index}/${name}`);
          return member === undefined ? [] : [[name, member]];
        }),
      ),
    );
  }
  return { body, emptied };
};

/** The members of which the user left all needed fields empty. */
const memberless = ({ needs = {} }: ObjectFormSpec, emptied: readonly FieldSpec[]): readonly string[] =>
  Object.entries(needs).flatMap(([member, names]) =>
    names.every((name) => emptied.some((field) => field.within === member && field.name === name)) ? [member] : [],
  );

/** The body of a change: only the members that differ from the object. */
export const changeOf = async (
  find: FindNamed,
  viewer: Viewer,
  spec: ObjectFormSpec,
  { object, shown, values }: Stored & { readonly values: Values },
): Promise<JsonObject> => {
  const before = valuesOf(spec, 'change', shown);
  const textOf = (from: Values, name: string): string => (from.get(name) ?? []).join('\n').trim();
  const { body, emptied } = await bodyOf(find, viewer, spec, values, { object, shown });
  const change: Record<string, unknown> = {};
  for (const field of fieldsOf(spec, 'change')) {
    const { name, within, kind, optional } = field;
    const inOrder = kind.look.kind === 'rights' ? inOneOrder : (text: string): string => text;
    if (inOrder(textOf(before, formName(field))) === inOrder(textOf(values, formName(field)))) continue;
    const isEmptied = emptied.includes(field);
    if (within !== undefined) {
      const { [name]: _, ...others } = (change[within] ?? object[within] ?? {}) as Record<string, unknown>;
      change[within] = isEmptied ? others : { ...others, [name]: holderOf(body, field)[name] };
    } else if (isEmptied) {
      change[name] = Object.hasOwn(kind, 'emptied') ? kind.emptied : optional ? null : '';
    } else if (!isSame(body[name], object[name])) change[name] = body[name];
  }
  for (const member of memberless(spec, emptied)) change[member] = object[member] === undefined ? undefined : null;
  // A member of rows has no text of its own.
  for (const { member } of rowsSpecsOf(spec)) {
    if (!isSame(body[member], object[member])) change[member] = body[member];
  }
  return Object.fromEntries(Object.entries(change).filter(([, member]) => member !== undefined));
};

const isSame = (one: unknown, other: unknown): boolean =>
  canonicalDigest((one ?? null) as never) === canonicalDigest((other ?? null) as never);
