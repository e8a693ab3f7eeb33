/** Random changes of an export, as an attacker makes them who has the file and no key. */
import { canonicalText } from '../../src/domain/audit/canonical-text.ts';
import type { ExportedRecord } from '../../src/domain/audit/export-lines.ts';
import { hashOf } from '../../src/domain/audit/record-digest.ts';
import type { LargeExport } from './audit-log-export.ts';
import type { Random } from './campaign.ts';

/** Lines that are replaced: `remove` of them from `at` on. */
export type Edit = { readonly at: number; readonly remove: number; readonly insert: readonly string[] };

export type Mutation = {
  readonly kind: string;
  /** In the order of the file, without overlap. */
  readonly edits: readonly Edit[];
  /** The line of the original whose record is the range; the header or a checkpoint is read with every range. */
  readonly line: number;
  /** Only the digest over all lines finds it: its smallest range is the whole export. */
  readonly isWholeOnly?: true;
};

type Context = {
  readonly from: LargeExport;
  readonly random: Random /** First line of a record of a node. */;
  readonly first: number;
};

const PLACE = /"sequence":(\d+),"stream":"([^"]+)"\}$/;
export const placeOf = (text: string): { readonly stream: string; readonly sequence: number } | undefined => {
  const [, digits, stream] = PLACE.exec(text) ?? [];
  return stream === undefined ? undefined : { stream, sequence: Number(digits) };
};

const recordAt = ({ from }: Context, line: number): ExportedRecord => JSON.parse(from.text(line));
const anyLine = ({ from, random, first }: Context): number => first + random.integer(from.lines - 1 - first);

/** One character becomes another, which may be a line end. */
const characterChanged = (text: string, random: Random): string => {
  const at = random.integer(text.length);
  const others = 'abcXYZ0189"{}[],: _-\n\\\u2028é'.replaceAll(text.charAt(at), '');
  return `${text.slice(0, at)}${random.pick([...others])}${text.slice(at + 1)}`;
};

const edited = (context: Context, line: number): ExportedRecord => {
  const record = recordAt(context, line);
  const names = Object.keys(record.event);
  const name = context.random.pick(names);
  switch (context.random.integer(4)) {
    case 0:
      return { ...record, at: record.at - 1 - context.random.integer(1e9) };
    case 1:
      return { ...record, event: { ...record.event, [name]: 'another' } };
    case 2:
      return { ...record, event: { ...record.event, note: 'put in' } };
    default:
      return {
        ...record,
        event: Object.fromEntries(Object.entries(record.event).filter(([one]) => one !== name)) as never,
      };
  }
};

/** The record and those after it with digests that fit, up to `count`, or to the end of the stream. */
const rechained = (context: Context, line: number, changed: ExportedRecord, count: number): string[] => {
  const texts: string[] = [];
  let prev = changed.prev;
  for (let at = line; texts.length < count; at += 1) {
    const text = context.from.text(at);
    if (placeOf(text)?.stream !== changed.stream) break;
    const record: ExportedRecord = { ...(at === line ? changed : JSON.parse(text)), prev };
    prev = hashOf(record);
    texts.push(canonicalText({ ...record, hash: prev }));
  }
  return texts;
};

const one = (at: number, ...insert: readonly string[]): readonly Edit[] => [{ at, remove: 1, insert }];

type Maker = (context: Context) => Omit<Mutation, 'kind'> | undefined;

const KINDS: Readonly<Record<string, Maker>> = {
  character: (context) => {
    const line = anyLine(context);
    return { line, edits: one(line, ...characterChanged(context.from.text(line), context.random).split('\n')) };
  },
  member: (context) => {
    const line = anyLine(context);
    return { line, edits: one(line, canonicalText(edited(context, line))) };
  },
  'member and digest': (context) => {
    const line = anyLine(context);
    return { line, edits: one(line, ...rechained(context, line, edited(context, line), 1)) };
  },
  'history rewritten': (context) => {
    const line = anyLine(context);
    const texts = rechained(context, line, edited(context, line), 2 + context.random.integer(2000));
    return { line, edits: [{ at: line, remove: texts.length, insert: texts }] };
  },
  salt: (context) => {
    const line = anyLine(context);
    const record = recordAt(context, line);
    const salt = characterChanged(record.salt ?? '', context.random).replaceAll(/[^\w-]/g, 'x');
    return salt === record.salt ? undefined : { line, edits: one(line, canonicalText({ ...record, salt })) };
  },
  removed: (context) => {
    const line = anyLine(context);
    return { line, edits: [{ at: line, remove: 1 + context.random.integer(3), insert: [] }] };
  },
  'end of a stream removed': (context) => {
    const start = anyLine(context);
    const { stream } = placeOf(context.from.text(start)) ?? {};
    let [low, high] = [start, context.from.lines - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (placeOf(context.from.text(middle))?.stream === stream) low = middle;
      else high = middle;
    }
    const count = 1 + context.random.integer(Math.min(50, low - start + 1));
    return { line: low, edits: [{ at: low - count + 1, remove: count, insert: [] }] };
  },
  doubled: (context) => {
    const line = anyLine(context);
    return { line, edits: [{ at: line, remove: 0, insert: [context.from.text(line)] }] };
  },
  'put in elsewhere': (context) => {
    const [line, at] = [anyLine(context), anyLine(context)];
    return { line, edits: [{ at, remove: 0, insert: [context.from.text(line)] }] };
  },
  'neighbours swapped': (context) => {
    const line = anyLine(context);
    if (line + 2 >= context.from.lines) return undefined;
    return { line, edits: [{ at: line, remove: 2, insert: [context.from.text(line + 1), context.from.text(line)] }] };
  },
  'two swapped': (context) => {
    const [low = 0, high = 0] = [anyLine(context), anyLine(context)].sort((x, y) => x - y);
    if (low === high) return undefined;
    return { line: low, edits: [...one(low, context.from.text(high)), ...one(high, context.from.text(low))] };
  },
  'moved to another stream': (context) => {
    const line = anyLine(context);
    const record = { ...recordAt(context, line), stream: 'nod_z' };
    return { line, edits: one(line, canonicalText({ ...record, hash: hashOf(record) })) };
  },
  'personal value': (context) => {
    const line = anyLine(context);
    const record = recordAt(context, line);
    const [[name, erasable] = []] = Object.entries(record.erasable ?? {});
    if (name === undefined || !erasable) return undefined;
    const other = { ...erasable, value: `${erasable.value}0` };
    return { line, edits: one(line, canonicalText({ ...record, erasable: { ...record.erasable, [name]: other } })) };
  },
  'personal values swapped': (context) => {
    const [low = 0, high = 0] = [anyLine(context), anyLine(context)].sort((x, y) => x - y);
    const [a, b] = [recordAt(context, low), recordAt(context, high)];
    if (low === high || !a.erasable || !b.erasable) return undefined;
    const swapped = [
      canonicalText({ ...a, erasable: b.erasable }),
      canonicalText({ ...b, erasable: a.erasable }),
    ] as const;
    return { line: low, edits: [...one(low, swapped[0]), ...one(high, swapped[1])] };
  },
  'personal value removed': (context) => {
    const line = anyLine(context);
    const { erasable, ...record } = recordAt(context, line);
    return erasable && { line, edits: one(line, canonicalText(record)), isWholeOnly: true };
  },
};

/** Of lines that are read with each range: rarer, because each reads all checkpoints again. */
const SHARED: Readonly<Record<string, Maker>> = {
  header: (context) => ({
    line: context.first,
    edits: one(0, ...characterChanged(context.from.text(0), context.random).split('\n')),
  }),
  'a checkpoint': (context) => {
    const at = 1 + context.random.integer(context.first - 1);
    const text = context.from.text(at);
    return { line: context.first, edits: one(at, ...characterChanged(text, context.random).split('\n')) };
  },
  'checkpoints removed': (context) => {
    const at = 1 + context.random.integer(context.first - 1);
    return { line: context.first, edits: [{ at, remove: 1 + context.random.integer(context.first - at), insert: [] }] };
  },
  'signed head': (context) => {
    const at = context.from.lines - 1;
    return { line: at - 1, edits: one(at, ...characterChanged(context.from.text(at), context.random).split('\n')) };
  },
  'cut off': (context) => {
    const line = anyLine(context);
    return { line, edits: [{ at: line, remove: context.from.lines - line, insert: [] }] };
  },
};

const KIND_NAMES = Object.keys(KINDS);
const SHARED_NAMES = Object.keys(SHARED);
const SHARED_PART = 0.003;

/** A change that makes the export another. `isWhole`: also kinds that only the whole export shows. */
export const newMutation = (context: Context, isWhole: boolean): Mutation => {
  for (;;) {
    const isShared = context.random.chance(isWhole ? 0.1 : SHARED_PART);
    const kind = context.random.pick(isShared ? SHARED_NAMES : KIND_NAMES);
    const made = (isShared ? SHARED : KINDS)[kind]?.(context);
    if (!made || (made.isWholeOnly && !isWhole)) continue;
    const edits = made.edits.map((edit) => ({ ...edit, remove: Math.min(edit.remove, context.from.lines - edit.at) }));
    const isSame = edits.every(
      ({ at, remove, insert }) =>
        remove === insert.length && insert.every((text, n) => text === context.from.text(at + n)),
    );
    if (!isSame) return { ...made, edits, kind };
  }
};
