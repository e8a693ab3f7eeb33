/**
 * The editor of policies: what runs in the browser, bundled into `views/assets/bundles/policy-editor.js` by `npm run bundle`.
 * Owns the highlighting and the completion of Cedar text. Does not own what policies may refer to, nor what is wrong with a
 * text: the page holds the schema and the findings of the server.
 *
 * This file: reads the names out of the schema, each with the comment above it.
 */

/** An attribute of an entity, of the context or of a record. */
export type Attribute = {
  readonly name: string;
  readonly type: Type;
  readonly isOptional: boolean;
  /** The comment above it. */
  readonly comment: string;
};

/** The type of an attribute. `element`: of a set. `attributes`: of a record. */
export type Type = {
  readonly name: string;
  readonly element?: Type;
  readonly attributes?: readonly Attribute[];
};

export type Entity = { readonly name: string; readonly attributes: readonly Attribute[]; readonly comment: string };

export type Action = {
  readonly name: string;
  readonly principals: readonly string[];
  readonly resources: readonly string[];
  readonly context: readonly Attribute[];
  readonly comment: string;
};

export type Schema = { readonly entities: readonly Entity[]; readonly actions: readonly Action[] };

type Token = { readonly text: string; readonly comment: string };

const TOKEN = /\/\/[^\n]*|"[^"\n]*"|\w+|[^\s\w]/g;

/** The tokens of the text, each with the lines of comment right before it. */
const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  let lines: string[] = [];
  for (const [found] of text.matchAll(TOKEN)) {
    if (found.startsWith('//')) lines.push(found.slice(2).trim());
    else {
      tokens.push({ text: found, comment: lines.join(' ') });
      lines = [];
    }
  }
  return tokens;
};

/** What the reader of one text is at. `next` reads on; `has` reads on only past this text. */
type Reader = { peek(): Token; next(): Token; has(text: string): boolean };

const END: Token = { text: '', comment: '' };

const readerOf = (tokens: readonly Token[]): Reader => {
  let place = 0;
  const peek = (): Token => tokens[place] ?? END;
  const next = (): Token => tokens[place++] ?? END;
  return { peek, next, has: (text) => peek().text === text && next() !== undefined };
};

const unquoted = (text: string): string => text.replaceAll('"', '');

/** `A`, `A, B` or `[A, B]`. */
const readNames = (reader: Reader): readonly string[] => {
  const isList = reader.has('[');
  const names = [unquoted(reader.next().text)];
  while (reader.has(',')) {
    if (reader.peek().text !== ']') names.push(unquoted(reader.next().text));
  }
  if (isList) reader.has(']');
  return names;
};

const readType = (reader: Reader): Type => {
  if (reader.peek().text === '{') return { name: 'Record', attributes: readRecord(reader) };
  const name = reader.next().text;
  if (name !== 'Set' || !reader.has('<')) return { name };
  const element = readType(reader);
  reader.has('>');
  return { name, element };
};

const readRecord = (reader: Reader): readonly Attribute[] => {
  const attributes: Attribute[] = [];
  reader.has('{');
  while (!reader.has('}') && reader.peek() !== END) {
    const { text, comment } = reader.next();
    const isOptional = reader.has('?');
    reader.has(':');
    attributes.push({ name: unquoted(text), type: readType(reader), isOptional, comment });
    reader.has(',');
  }
  return attributes;
};

/** Part of an action: `principal: A, resource: [B], context: C`. */
const readApplication = (reader: Reader): Readonly<Record<string, readonly string[] | Type>> => {
  const parts: Record<string, readonly string[] | Type> = {};
  reader.has('{');
  while (!reader.has('}') && reader.peek() !== END) {
    const name = reader.next().text;
    reader.has(':');
    parts[name] = name === 'context' ? readType(reader) : readList(reader);
    reader.has(',');
  }
  return parts;
};

/** `A` or `[A, B]`: a comma outside the brackets belongs to what follows. */
const readList = (reader: Reader): readonly string[] =>
  reader.peek().text === '[' ? readNames(reader) : [reader.next().text];

/** The names of a schema in Cedar's schema syntax, without namespaces. Leaves out what it does not understand. */
export const readSchema = (text: string): Schema => {
  const reader = readerOf(tokensOf(text));
  const records = new Map<string, readonly Attribute[]>();
  const entities: Entity[] = [];
  const actions: (Action & { readonly of: Type | undefined })[] = [];
  while (reader.peek() !== END) {
    const { text: kind, comment } = reader.next();
    if (kind === 'type') {
      const name = reader.next().text;
      reader.has('=');
      records.set(name, readType(reader).attributes ?? []);
    } else if (kind === 'entity') {
      const names = readNames(reader);
      if (reader.has('in')) readNames(reader);
      const attributes = reader.peek().text === '{' ? readRecord(reader) : [];
      entities.push(...names.map((name) => ({ name, attributes, comment })));
    } else if (kind === 'action') {
      const names = readNames(reader);
      const parts = reader.has('appliesTo') ? readApplication(reader) : {};
      const {
        principal = [],
        resource = [],
        context,
      } = parts as {
        principal?: readonly string[];
        resource?: readonly string[];
        context?: Type;
      };
      for (const name of names) {
        actions.push({ name, principals: principal, resources: resource, context: [], of: context, comment });
      }
    }
  }
  return {
    entities,
    actions: actions.map(({ of, ...action }) => ({
      ...action,
      context: of?.attributes ?? records.get(of?.name ?? '') ?? [],
    })),
  };
};
