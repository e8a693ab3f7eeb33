/** Compares the items in an archive of evidence with the records of their decisions, and with those of the effects. */
import { recordId } from '../../audit/audit-record.ts';
import type { ExportedRecord } from '../../audit/export-lines.ts';
import { broken } from '../../audit/findings.ts';
import { type ItemDecision, type ItemState, STATE_AFTER } from './review.ts';
import { EFFECTS_OF } from './review-evidence-files.ts';

/** Members of an item that a record has, too. */
export type ShownItem = {
  readonly id: string;
  readonly review: string;
  readonly delegation: string;
  readonly subject: string;
  readonly agent: string;
  readonly resource: string;
  readonly owner: string;
  readonly state: ItemState;
  readonly decided_by?: string;
  readonly reason?: string;
  readonly removed?: readonly string[];
  readonly new_owner?: string;
  readonly new_delegation?: string;
  readonly effect_record?: string;
  readonly undo_record?: string;
  readonly undone_by?: string;
  readonly by_default?: boolean;
  readonly ended_by_review?: boolean;
  readonly in_effect: boolean;
};

export type Compared = {
  readonly review: { readonly id: string };
  readonly items: readonly ShownItem[];
  /** Of the review. */
  readonly records: readonly ExportedRecord[];
  readonly related: readonly ExportedRecord[];
};

const ITEM_EVENTS = ['decided', 'over', 'transferred', 'reopened', 'undone', 'undo_refused'] as const;
type ItemEvent = (typeof ITEM_EVENTS)[number];

const wrong = (id: string, why: string): never => broken('evidence_altered', `item ${id} ${why}`);

/** Which event an item in a state must have. Absent: none. */
const EVENT_OF: Readonly<Partial<Record<ItemState, ItemEvent>>> = {
  kept: 'decided',
  narrowed: 'decided',
  offered: 'decided',
  ended: 'decided',
  undone: 'undone',
  transferred: 'decided',
  over: 'over',
};

type Happened = { readonly kind: ItemEvent; readonly record: ExportedRecord };

/** Events of items, without those that came to nothing: a later one of the same item says so. */
const happenedTo = (records: readonly ExportedRecord[]): ReadonlyMap<string, readonly Happened[]> => {
  const found = new Map<string, Happened[]>();
  for (const record of records) {
    const { type, outcome, inputs } = record.event;
    const kind = ITEM_EVENTS.find((one) => type === `review.item_${one}`);
    if (!kind) continue;
    const id = String(inputs?.['item']);
    const all = found.get(id) ?? [];
    found.set(id, all);
    if (outcome === 'done') {
      all.push({ kind, record });
      continue;
    }
    const { caller } = record.event;
    const at = all.findLastIndex(
      (one) => one.kind === kind && one.record.event.caller === caller && one.record.stream === record.stream,
    );
    if (at !== -1) all.splice(at, 1);
  }
  return found;
};

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Whether the record is of the decision that the item shows. */
const isDecisionOf = (item: ShownItem, { event }: ExportedRecord): boolean => {
  const { inputs = {}, caller } = event;
  const before = item.state === 'undone' ? 'ended' : item.state === 'transferred' ? 'offered' : item.state;
  return (
    STATE_AFTER[inputs['decision'] as ItemDecision] === before &&
    caller === item.decided_by &&
    isSame(inputs['reason'], item.reason) &&
    isSame(inputs['removed'], item.removed) &&
    (before !== 'offered' || inputs['newOwner'] === item.new_owner) &&
    (inputs['isDefault'] === true) === (item.by_default === true)
  );
};

const compareItem = (item: ShownItem, happened: readonly Happened[]): void => {
  const { id, state } = item;
  for (const { record } of happened) {
    const { delegation, subject, agent, resource, owner } = record.event;
    const of = { delegation, subject, agent, resource, owner };
    for (const [name, value] of Object.entries(of)) {
      if (item[name as keyof typeof of] !== value) wrong(id, `has another ${name} than its record ${record.sequence}`);
    }
  }
  const wanted = EVENT_OF[state];
  const isDecided = happened.some(({ kind, record }) => kind === 'decided' && isDecisionOf(item, record));
  if (wanted && wanted !== 'over' && !isDecided) wrong(id, `is ${state}, and no record has this decision`);
  if (wanted && !happened.some(({ kind }) => kind === wanted)) wrong(id, `is ${state}, and no record says so`);
  const undone = happened.findLast(({ kind }) => kind === 'undone')?.record.event.caller;
  if (state === 'undone' && undone !== item.undone_by) wrong(id, 'was undone by another caller');
};

type Related = ReadonlyMap<string, ExportedRecord>;

/** The records that the item names are there, and are of its delegations. */
const compareEffects = (item: ShownItem, related: Related): void => {
  const { id, state, delegation, new_delegation: made, effect_record: effect, undo_record: undo } = item;
  const isOf = (record: string, of: string | undefined, types: readonly string[]): boolean => {
    const { event } = related.get(record) ?? {};
    return event?.delegation === of && event?.outcome === 'done' && types.includes(event.type);
  };
  if (effect !== undefined && !isOf(effect, delegation, EFFECTS_OF[state] ?? []))
    wrong(id, `is ${state}, and record ${effect} does not show that of ${delegation}`);
  if (undo !== undefined && !isOf(undo, made, ['delegation.created']))
    wrong(id, `was undone, and record ${undo} does not show that of ${String(made)}`);
};

/**
 * Items whose decision is in a record only: it came after the items were read, or a process ended between the two. And items whose
 * effect no record shows: it is not stored yet, or the person was faster.
 */
export type Unmatched = { readonly recordedOnly: number; readonly withoutEffect: number };

/** Throws a Fault that names the item. */
export const compareItems = ({ review, items, records, related }: Compared): Unmatched => {
  const opened = records.find(({ event }) => event.type === 'review.opened' && event.outcome === 'done');
  const ids = new Set(items.map(({ id }) => id));
  if (ids.size !== items.length) broken('evidence_altered', 'an item is there twice');
  const made = opened?.event.inputs?.['items'];
  if (made !== undefined && made !== items.length)
    broken('evidence_altered', `${items.length} items are there, and the review was opened with ${String(made)}`);
  const foreign = items.find((item) => item.review !== review.id);
  if (foreign) wrong(foreign.id, 'is of another review');
  const happened = happenedTo(records);
  for (const id of happened.keys()) if (!ids.has(id)) wrong(id, 'has a record, and is not there');
  const byId: Related = new Map(related.map((record) => [recordId(record.stream, record.sequence), record]));
  let [recordedOnly, withoutEffect] = [0, 0];
  for (const item of items) {
    const all = happened.get(item.id) ?? [];
    compareItem(item, all);
    compareEffects(item, byId);
    const last = all.at(-1)?.kind;
    if (item.state === 'open' && last !== undefined && last !== 'reopened') recordedOnly += 1;
    if (EFFECTS_OF[item.state] && item.effect_record === undefined) withoutEffect += 1;
  }
  return { recordedOnly, withoutEffect };
};
