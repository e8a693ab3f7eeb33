/** What can follow at a place of a policy: annotations, keywords, entities, actions and attributes. */
import type { Action, Attribute, Schema, Type } from './cedar-schema.ts';

/** An annotation of policies, and what its value is. */
export type Annotation = { readonly name: string; readonly says: string };

/** One possible continuation. `insert`: the text in place of `label`, in which `#{}` is where the cursor goes. */
export type Offer = {
  readonly label: string;
  readonly kind: 'annotation' | 'keyword' | 'type' | 'action' | 'attribute' | 'method' | 'part' | 'policy';
  readonly insert?: string;
  /** In short, beside the label. */
  readonly detail?: string;
  /** A sentence, for the chosen one. */
  readonly info?: string;
};

/** `typed`: how many characters before the place belong to the continuation. */
export type Offers = { readonly typed: number; readonly offers: readonly Offer[] };

/** The longest policy that is read. Attributes after that are of any principal. */
const LONGEST = 20_000;
/** Characters before the place that say what follows. */
const NEAR = 200;

const PARTS = ['principal', 'action', 'resource', 'context'] as const;
const WORDS = ['if', 'then', 'else', 'in', 'has', 'like', 'is', 'true', 'false'] as const;
const IP = ['isIpv4()', 'isIpv6()', 'isLoopback()', 'isMulticast()', 'isInRange(ip("#{}"))'] as const;
const METHODS: Readonly<Record<string, readonly string[]>> = {
  Set: ['contains(#{})', 'containsAll([#{}])', 'containsAny([#{}])', 'isEmpty()'],
  ipaddr: IP,
};

/** One policy up to the place, without comments. */
type Place = {
  readonly text: string;
  /** The same; of what stands in quotation marks, the marks only. */
  readonly code: string;
  readonly isIn: 'code' | 'comment' | 'text';
};

const placeOf = (before: string): Place => {
  let text = '';
  let code = '';
  let isIn: Place['isIn'] = 'code';
  for (let at = 0; at < before.length; at += 1) {
    const character = before.charAt(at);
    if (character === '\n') isIn = 'code';
    if (isIn === 'code' && before.startsWith('//', at)) isIn = 'comment';
    if (isIn === 'comment') continue;
    text += character;
    if (isIn === 'code' || character === '"') code += character;
    if (character === '"') isIn = isIn === 'text' ? 'code' : 'text';
    else if (isIn === 'text' && character === '\\') {
      at += 1;
      text += before.charAt(at);
    } else if (isIn === 'code' && character === ';') {
      text = '';
      code = '';
    }
  }
  return { text, code, isIn };
};

/** The actions that the policy is about: those that it names, else all. */
const actionsOf = (schema: Schema, text: string): Schema['actions'] => {
  const [head = ''] = text.split(/\b(?:when|unless)\b/);
  const named = [...head.matchAll(/\bAction::"(\w*)"/g)].map(([, name]) => name);
  const found = schema.actions.filter(({ name }) => named.includes(name));
  return found.length === 0 ? schema.actions : found;
};

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];

/** The types that a part may have: what the policy says of it, among what its actions apply to. */
const typesOf = (schema: Schema, text: string, part: 'principal' | 'resource'): readonly string[] => {
  const actions = actionsOf(schema, text);
  const possible = unique(
    actions.flatMap(({ principals, resources }) => (part === 'principal' ? principals : resources)),
  );
  const said = [...text.matchAll(/\b(\w+)\s+is\s+(\w+)|\b(\w+)\s*==\s*(\w+)::/g)]
    .filter(([, is, , equal]) => (is ?? equal) === part)
    .map(([, , type, , equal]) => type ?? equal);
  const narrowed = possible.filter((type) => said.includes(type));
  return narrowed.length === 0 ? possible : narrowed;
};

/** Attributes of the same name once, with the types that have them. */
type Found = Attribute & { readonly of: readonly string[] };

const merged = (lists: readonly (readonly [of: string, attributes: readonly Attribute[]])[]): readonly Found[] => {
  const found = new Map<string, Found>();
  for (const [of, attributes] of lists) {
    for (const attribute of attributes) {
      const known = found.get(attribute.name);
      found.set(attribute.name, {
        ...attribute,
        comment: known?.comment || attribute.comment,
        of: [...(known?.of ?? []), of],
      });
    }
  }
  return [...found.values()];
};

const membersOf = (schema: Schema, type: Type): readonly Found[] =>
  type.attributes
    ? merged([['', type.attributes]])
    : merged(
        schema.entities.filter(({ name }) => name === type.name).map(({ name, attributes }) => [name, attributes]),
      );

const partMembers = (schema: Schema, text: string, part: string): readonly Found[] => {
  if (part === 'context') {
    const actions = actionsOf(schema, text);
    const all = merged(actions.map(({ name, context }) => [name, context]));
    // What every action has needs no name of an action.
    return all.map((one) => (one.of.length === actions.length ? { ...one, of: [] } : one));
  }
  if (part !== 'principal' && part !== 'resource') return [];
  const types = typesOf(schema, text, part);
  return merged(
    types.flatMap((type) =>
      schema.entities.filter(({ name }) => name === type).map(({ attributes }) => [type, attributes] as const),
    ),
  );
};

/** The type at the end of `principal.a.b`; undefined: unknown. */
const typeAt = (
  schema: Schema,
  text: string,
  path: readonly string[],
): { readonly members: readonly Found[]; readonly type?: Type } => {
  const [part = '', ...names] = path;
  let members = partMembers(schema, text, part);
  let type: Type | undefined;
  for (const name of names) {
    type = members.find((one) => one.name === name)?.type;
    members = type === undefined ? [] : membersOf(schema, type);
  }
  return type === undefined ? { members } : { members, type };
};

const shownType = ({ name, element }: Type): string => (element === undefined ? name : `${name}<${element.name}>`);

const attributeOffer = ({ name, type, isOptional, of, comment }: Found): Offer => ({
  label: name,
  kind: 'attribute',
  detail: [`${shownType(type)}${isOptional ? '?' : ''}`, of.filter(Boolean).join(', ')].filter(Boolean).join(' · '),
  ...(comment === '' ? {} : { info: comment }),
});

const methodOffer = (insert: string): Offer => ({
  label: insert.slice(0, insert.indexOf('(')),
  kind: 'method',
  insert,
});

const actionName = ({ name, principals, comment }: Action): Offer => ({
  label: name,
  kind: 'action',
  detail: principals.join(', '),
  ...(comment === '' ? {} : { info: comment }),
});

const actionOffers = ({ actions }: Schema): readonly Offer[] =>
  actions.map(actionName).map((offer) => ({ ...offer, label: `Action::"${offer.label}"` }));

const typeOffers = (schema: Schema, names: readonly string[] | undefined, isReference: boolean): readonly Offer[] =>
  schema.entities
    .filter(({ name }) => names?.includes(name) ?? true)
    .map(({ name, comment }) => ({
      label: name,
      kind: 'type',
      ...(isReference ? { insert: `${name}::"#{}"` } : {}),
      ...(comment === '' ? {} : { info: comment }),
    }));

const keyword = (label: string, insert?: string): Offer => ({
  label,
  kind: 'keyword',
  ...(insert === undefined ? {} : { insert }),
});

const HOLE = '#{}';
const HEAD = '(principal, action == Action::"act", resource)';

/** `isWhole`: nothing of the policy is written yet. */
const beginnings = (annotations: readonly Annotation[], isWhole: boolean): readonly Offer[] => [
  ...(['permit', 'forbid'] as const).map(
    (effect): Offer => ({
      label: effect,
      kind: 'policy',
      insert: `${isWhole ? '@id("#{}")\n@reason("#{}")\n' : ''}${effect} ${HEAD}\nwhen { ${HOLE} };`,
    }),
  ),
  ...annotations.map(annotationOffer),
];

const annotationOffer = ({ name, says }: Annotation): Offer => ({
  label: `@${name}`,
  kind: 'annotation',
  insert: `@${name}("#{}")`,
  info: says,
});

/** After `principal ==`, `in` or `is`, in the head or in a condition. */
const afterOperator = (schema: Schema, text: string, near: string): readonly Offer[] | undefined => {
  const [, part, operator] = /\b(\w+)\s*(==|\bin|\bis)\s*\[?\s*$/.exec(near) ?? [];
  if (part === 'action') return operator === 'is' ? [] : actionOffers(schema);
  if (part !== 'principal' && part !== 'resource') return undefined;
  if (operator === 'in') return typeOffers(schema, undefined, true);
  return typeOffers(schema, typesOf(schema, text, part), operator === '==');
};

/**
 * What can follow `before`, the text up to the place; undefined: nothing that is known. `isAsked`: the author asked for it,
 * so there need be no character of it.
 */
export const offersAt = (
  schema: Schema,
  annotations: readonly Annotation[],
  before: string,
  isAsked: boolean,
): Offers | undefined => {
  const { text, code, isIn } = placeOf(before.slice(-LONGEST));
  if (isIn === 'comment') return undefined;
  if (isIn === 'text') {
    const name = /\bAction::"(\w*)$/.exec(text.slice(-NEAR))?.[1];
    return name === undefined ? undefined : { typed: name.length, offers: schema.actions.map(actionName) };
  }
  const near = code.slice(-NEAR);
  const annotation = /(?:^|\s)(@\w*)$/.exec(near)?.[1];
  if (annotation !== undefined) return { typed: annotation.length, offers: annotations.map(annotationOffer) };
  const word = /\w*$/.exec(near)?.[0] ?? '';
  const typed = word.length;
  const offers = afterPath(schema, text, near) ?? afterOperator(schema, text, near.slice(0, near.length - typed));
  if (offers) return { typed, offers };
  if ((word === '' && !isAsked) || /^\d/.test(word)) return undefined;
  return { typed, offers: freely(schema, annotations, code.slice(0, code.length - typed).trim()) };
};

/** After `context.` or `principal has`. */
const afterPath = (schema: Schema, text: string, near: string): readonly Offer[] | undefined => {
  const [, path, by] = /\b((?:principal|resource|context)\b[.\w]*?)(\.|\s+has\s+)\w*$/.exec(near) ?? [];
  if (path === undefined) return undefined;
  const { members, type } = typeAt(schema, text, path.split('.'));
  const methods = by === '.' ? (METHODS[type?.name ?? ''] ?? []) : [];
  return [...members.map(attributeOffer), ...methods.map(methodOffer)];
};

/** Where any word can stand. `code`: the policy before it. */
const freely = (schema: Schema, annotations: readonly Annotation[], code: string): readonly Offer[] => {
  if (code.replaceAll(/@\w+(?:\(""\))?/g, '').trim() === '') return beginnings(annotations, code === '');
  if (/[)}]$/.test(code) && !isOpen(code))
    return [keyword('when', 'when { #{} }'), keyword('unless', 'unless { #{} }')];
  return [
    ...PARTS.map((label): Offer => ({ label, kind: 'part' })),
    ...WORDS.map((label) => keyword(label)),
    keyword('ip', 'ip("#{}")'),
    ...typeOffers(schema, undefined, true),
  ];
};

/** Whether a bracket is open at the end. */
const isOpen = (code: string): boolean => {
  let depth = 0;
  for (const character of code) {
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
  }
  return depth > 0;
};
