/** The terms by which a search finds an event, and whether an event meets conditions. */
import { indexMembers, type RecordedEvent } from './audit-record.ts';

/** Members of an event that a search compares as a whole. */
export const SEARCHED_MEMBERS = ['type', 'outcome', 'resource', 'subject', 'agent', 'caller'] as const;
/** Members in which an id is found that may name any of many events. */
const ROLES_OF_MANY = ['subject', 'agent', 'caller', 'target'] as const;

/** All must be met. */
export type Conditions = Partial<Record<(typeof SEARCHED_MEMBERS)[number], string>> & {
  /** In any of `ROLES_OF_MANY`. */
  readonly id?: string;
  /** All must occur. */
  readonly words?: readonly string[];
};

/** Words of one event that a search finds. Bounds what one event adds to the index. */
const MOST_WORDS = 64;
const LONGEST_WORD = 24;
const WORD = /[\p{L}\p{N}]+/gu;
/** An id of ours, a digest, a token id: found by its own condition, and different in every event. */
const ID = /\b[a-z]{2,4}_[a-z2-7]{20,}\b|[A-Za-z0-9_-]{32,}/g;
/** Times and counters. */
const LONG_NUMBER = /^\p{N}{7,}$/u;

/** Words of texts: those of events are few, and repeat in nearly every event. Words follow from the text alone. */
const known = new Map<string, readonly string[]>();
const MOST_KNOWN = 2048;
/** Characters of a text; the words of a longer one are found each time. */
const LONGEST_KNOWN = 256;

/** The words of a text as a search compares them: letters and digits in lower case. */
export const wordsOf = (text: string): readonly string[] => {
  const found = known.get(text);
  if (found) return found;
  const words = wordsIn(text);
  if (text.length > LONGEST_KNOWN) return words;
  if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value as string);
  known.set(text, words);
  return words;
};

const wordsIn = (text: string): readonly string[] => [
  ...new Set(
    (text.replace(ID, ' ').normalize('NFKC').toLowerCase().match(WORD) ?? []).filter(
      (word) => word.length >= 2 && word.length <= LONGEST_WORD && !LONG_NUMBER.test(word),
    ),
  ),
];

/** Texts of an event without ids and personal values, which can be erased. */
const textsOf = ({
  type,
  error,
  note,
  denial,
  resource,
  scopeAsked,
  scopeGiven,
  target,
  changed,
  inputs,
}: RecordedEvent) =>
  [
    type,
    ...[error, note, denial?.layer, denial?.reason, resource, target?.kind],
    ...[...(scopeAsked ?? []), ...(scopeGiven ?? []), ...(changed ?? [])],
    ...Object.values(inputs ?? {}),
  ].filter((text): text is string => typeof text === 'string');

export const wordsOfEvent = (event: RecordedEvent): ReadonlySet<string> => {
  const words = new Set<string>();
  for (const text of textsOf(event)) {
    for (const word of wordsOf(text)) {
      if (words.size === MOST_WORDS) return words;
      words.add(word);
    }
  }
  return words;
};

const memberOf = (event: RecordedEvent, name: (typeof SEARCHED_MEMBERS)[number]): string | undefined => event[name];
const rolesOf = (event: RecordedEvent): readonly string[] => {
  const members = indexMembers(event);
  return ROLES_OF_MANY.flatMap((name) => members[name] ?? []);
};

/** Every term of an event, each once. */
export const termsOf = (event: RecordedEvent): readonly string[] => [
  ...SEARCHED_MEMBERS.flatMap((name) => {
    const value = memberOf(event, name);
    return value === undefined ? [] : [`${name}=${value}`];
  }),
  ...(event.target === undefined ? [] : [`target=${event.target.id}`]),
  ...[...wordsOfEvent(event)].map((word) => `word=${word}`),
];

/** Events with the same key have the same terms. It is a tenth of the work of the terms. */
export const termsKeyOf = (event: RecordedEvent): string =>
  JSON.stringify([SEARCHED_MEMBERS.map((name) => memberOf(event, name)), event.target?.id, textsOf(event)]);

/** An event that meets the conditions has one term of each of these groups. */
export const termsOfConditions = ({ words = [], id, ...members }: Conditions): readonly (readonly string[])[] => [
  ...Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[`${name}=${value}`]])),
  ...(id === undefined ? [] : [ROLES_OF_MANY.map((name) => `${name}=${id}`)]),
  ...words.map((word) => [`word=${word}`]),
];

/** Reads the event, not the index. `ownWords`: the words of the event, if they are kept. */
export const meets = (
  event: RecordedEvent,
  conditions: Conditions,
  ownWords: () => ReadonlySet<string> = () => wordsOfEvent(event),
): boolean => {
  const { id, words = [] } = conditions;
  if (SEARCHED_MEMBERS.some((name) => conditions[name] !== undefined && memberOf(event, name) !== conditions[name]))
    return false;
  if (id !== undefined && !rolesOf(event).includes(id)) return false;
  if (words.length === 0) return true;
  const own = ownWords();
  return words.every((word) => own.has(word));
};
