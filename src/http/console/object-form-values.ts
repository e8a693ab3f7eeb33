/** Fields of an object as texts of a form, and back: the body of a call of the management API. */
import type { Html, HtmlValue, Phrase, Text } from '../../../views/html.ts';
import type { ConsoleFrame, ConsolePlace } from '../../../views/partials/console-frame.ts';
import type { FormControl, FormSection } from '../../../views/partials/object-form.ts';
import { canonicalDigest } from '../../domain/vocabulary/canonical-digest.ts';
import type { JsonObject } from '../management/json-body.ts';
import type { OperationId } from '../management/resource-table.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase, shownErrors } from '../refusal-phrase.ts';
import type { Viewer } from './console-page.ts';
import type { FieldSpec, Given } from './form-fields.ts';
import type { FindNamed } from './named-objects.ts';

/** What a browser sent, by the name of the field. */
export type Values = ReadonlyMap<string, Given>;

/** Fields that repeat for each item of one member of the body. */
export type RowsSpec = {
  readonly member: string;
  readonly label: (number: number) => Phrase;
  readonly fields: readonly FieldSpec[];
  /** Empty rows after the items. */
  readonly spare: number;
  readonly most: number;
};

export type SectionSpec = {
  readonly title: Phrase;
  readonly hint?: HtmlValue;
  readonly isFolded?: true;
  readonly fields?: readonly FieldSpec[];
  readonly rows?: RowsSpec;
};

/** An object as the management API answers it. */
export type Shown = Readonly<Record<string, unknown>>;

export type ObjectFormSpec = {
  /** Path of the list, below the issuer's path. */
  readonly path: string;
  readonly place: ConsolePlace;
  readonly sections: readonly SectionSpec[];
  readonly create?: {
    readonly operation: OperationId;
    readonly title: Phrase;
    readonly lead: Phrase;
    readonly button: Phrase;
    /** Keyword of the message afterwards. */
    readonly done: string;
    /** Values of a new form. */
    readonly values?: Shown;
    /** The body of the call, from what the fields say; default: the same. */
    readonly body?: (body: JsonObject) => JsonObject;
    /** A page in place of the redirect, as for a secret that is shown once. */
    readonly page?: (frame: ConsoleFrame, made: Shown, href: string) => Html | undefined;
  };
  readonly change?: {
    readonly read: OperationId;
    readonly operation: OperationId;
    readonly title: Phrase;
    readonly heading: (name: string) => Phrase;
    readonly lead: Phrase;
    /** Default: `edit`. */
    readonly path?: string;
    /** Asks for a fresh second factor before the form, where the call asks for it only in some cases. */
    readonly isStepUp?: true;
    /** The call that the viewer must be permitted to see the form; default: `operation`. */
    readonly access?: OperationId;
  };
  readonly hrefOf: (id: string) => string;
  /** The body's object as the fields show it; default: the answer itself. */
  readonly shown?: (object: Shown, viewer: Viewer) => Promise<Shown> | Shown;
};

export type Which = 'new' | 'change';

const fieldsOf = ({ sections }: ObjectFormSpec, which: Which): readonly FieldSpec[] =>
  sections.flatMap(({ fields = [] }) => fields).filter(({ only }) => only === undefined || only === which);

const rowsSpecsOf = ({ sections }: ObjectFormSpec): readonly RowsSpec[] =>
  sections.flatMap(({ rows }) => (rows ? [rows] : []));

const rowName = ({ member }: RowsSpec, index: number, field: FieldSpec): string => `${member}.${index}.${field.name}`;

/** The texts that the fields show of an object. */
export const valuesOf = (spec: ObjectFormSpec, which: Which, object: Shown): Values => {
  const values = new Map(fieldsOf(spec, which).map(({ name, kind }) => [name, kind.write(object[name])]));
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
    return text === undefined ? [] : [text];
  };
  const values = new Map(fieldsOf(spec, which).map((field) => [field.name, givenAt(field.name, field)]));
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
): readonly FormSection[] => {
  const control = (name: string, { label, kind, hint = kind.hint, optional }: FieldSpec): FormControl => {
    const error = errors.get(name);
    return {
      ...{ name, label, look: kind.look, value: values.get(name) ?? [] },
      ...(hint === undefined ? {} : { hint }),
      ...(error === undefined ? {} : { error }),
      ...(optional === undefined ? {} : { optional }),
    };
  };
  return spec.sections.flatMap(({ fields = [], rows, title, hint, isFolded }): readonly FormSection[] => {
    const shown = fields.filter(({ only }) => only === undefined || only === which);
    if (shown.length === 0 && !rows) return [];
    return [
      {
        title,
        ...(hint === undefined ? {} : { hint }),
        ...(isFolded ? { isFolded } : {}),
        controls: shown.map((field) => control(field.name, field)),
        ...(rows
          ? {
              rows: {
                label: rows.label,
                items: Array.from({ length: Math.min(rows.most, itemsIn(rows, values) + rows.spare) }, (_, index) =>
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

/** The members that the fields say, with ids in place of names. `emptied`: names of fields that the user left empty. */
export const bodyOf = async (
  find: FindNamed,
  viewer: Viewer,
  spec: ObjectFormSpec,
  which: Which,
  values: Values,
): Promise<{ readonly body: JsonObject; readonly emptied: readonly FieldSpec[] }> => {
  const body: Record<string, unknown> = {};
  const emptied: FieldSpec[] = [];
  for (const field of fieldsOf(spec, which)) {
    const { name, kind } = field;
    const member = kind.read(values.get(name) ?? [], `/${name}`);
    if (member === undefined) emptied.push(field);
    else if (kind.names) body[name] = (await find(viewer, kind.names, String(member), `/${name}`)).id;
    else body[name] = member;
  }
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

/** The body of a change: only the members that differ from the object. */
export const changeOf = async (
  find: FindNamed,
  viewer: Viewer,
  spec: ObjectFormSpec,
  { object, shown, values }: { readonly object: Shown; readonly shown: Shown; readonly values: Values },
): Promise<JsonObject> => {
  const before = valuesOf(spec, 'change', shown);
  const textOf = (from: Values, name: string): string => (from.get(name) ?? []).join('\n').trim();
  const isSameText = (name: string): boolean => textOf(before, name) === textOf(values, name);
  const { body, emptied } = await bodyOf(find, viewer, spec, 'change', values);
  const changed = Object.entries(body).filter(
    ([name, member]) =>
      !isSameText(name) &&
      canonicalDigest((member ?? null) as never) !== canonicalDigest((object[name] ?? null) as never),
  );
  const removed = emptied
    .filter(({ name }) => !isSameText(name))
    .map(({ name, kind, optional }): readonly [string, unknown] => [
      name,
      Object.hasOwn(kind, 'emptied') ? kind.emptied : optional ? null : '',
    ]);
  // A member of rows has no text of its own.
  const rows = rowsSpecsOf(spec).map(({ member }) => member);
  const ofRows = Object.entries(body).filter(
    ([name, member]) =>
      rows.includes(name) && canonicalDigest(member as never) !== canonicalDigest((object[name] ?? null) as never),
  );
  return Object.fromEntries([...changed.filter(([name]) => !rows.includes(name)), ...removed, ...ofRows]);
};

/** The errors of a refusal by the field that it points to; a refusal of the whole stands at the first field. */
export const errorsOf = (
  spec: ObjectFormSpec,
  which: Which,
  error: Parameters<typeof shownErrors>[0],
): ReadonlyMap<string, Text> => {
  const names = fieldsOf(spec, which).map(({ name }) => name);
  const [usual = ''] = names;
  const found = shownErrors(error).map(({ pointer, ...refusal }): readonly [string, Text] => {
    const steps = (pointer ?? '').split('/').filter((step) => step !== '');
    return [placeOf(spec, steps) ?? names.find((one) => steps.includes(one)) ?? usual, refusalPhrase(refusal)];
  });
  return new Map(found.reverse());
};

const placeOf = (spec: ObjectFormSpec, steps: readonly string[]): string | undefined => {
  const rows = rowsSpecsOf(spec).find(({ member }) => steps[0] === member);
  if (!rows) return undefined;
  const [, index = '0', name] = steps;
  const field = rows.fields.find((one) => one.name === name) ?? rows.fields[0];
  return field && rowName(rows, Number(index), field);
};
