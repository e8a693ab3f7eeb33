/**
 * What each stream of the campaign `signals` must receive, as its acts say, and what it received. Written from
 * docs/reference/shared-signals.md; imports nothing of the server.
 */
import type { ReceivedSet } from '../support/signal-receiver.ts';

/** An event that follows from an act: the last word of its type, and whom it concerns. */
export type Expected = {
  readonly event: string;
  readonly person?: string;
  readonly agent?: string;
  readonly owner?: string;
  /** Whether it holds personal values. */
  readonly isPersonal?: true;
};

/** What a stream may have: of whom, and which events. */
export type Scope = {
  readonly subjects: readonly string[];
  readonly removed: readonly string[];
  readonly events?: readonly string[];
  readonly isPersonal: boolean;
};

/** Where an act happened: a node, between two of its starts. Its audit stream has one order. */
export type Place = string;

export type Ledger = {
  /** An act was answered: its events must arrive, each once. */
  done(events: readonly Expected[], place: Place): void;
  /** An act was cut off: each of its events may arrive once. */
  inDoubt(events: readonly Expected[]): void;
  stream(name: string, scope: Scope): StreamLedger;
  readonly streams: readonly StreamLedger[];
};

export interface StreamLedger {
  readonly name: string;
  /** A verified SET arrived. Answers what is wrong with it. */
  heard(set: ReceivedSet): string | undefined;
  /** Events of answered acts that have not arrived. */
  missing(): readonly string[];
  /** Events that no act explains: of others, or with a second `jti`. */
  surplus(): readonly string[];
  /** Events of one subject and one place that arrived in another order. */
  disordered(): readonly string[];
  readonly counts: { readonly events: number; readonly repeated: number };
}

const keyOf = ({ event, person, agent }: Expected): string =>
  [event, ...(person === undefined ? [] : [`user ${person}`]), ...(agent === undefined ? [] : [`agent ${agent}`])].join(
    ' ',
  );

const mayHear = (scope: Scope, { event, person, agent, owner, isPersonal }: Expected): boolean => {
  if (isPersonal && !scope.isPersonal) return false;
  if (scope.events && !scope.events.includes(event)) return false;
  if ([person, agent].some((id) => id !== undefined && scope.removed.includes(id))) return false;
  if (scope.subjects.includes('*')) return true;
  // Who may not hear of the person hears nothing of the agent either.
  return (person === undefined ? [agent, owner] : [person]).some(
    (id) => id !== undefined && scope.subjects.includes(id),
  );
};

const wordOf = (type: string): string => type.split(/[/:]/).at(-1) ?? type;
const subOf = (subject: unknown): string | undefined => (subject as { sub?: string } | undefined)?.sub;

/** The same form of a SET. */
const heardOf = ({ sub_id: subject, events }: ReceivedSet): Expected => {
  const event = wordOf(Object.keys(events)[0] ?? '');
  const isComplex = subject['format'] === 'complex';
  const [person, agent] = isComplex ? [subOf(subject['user']), subOf(subject['agent'])] : [subOf(subject), undefined];
  return { event, ...(person === undefined ? {} : { person }), ...(agent === undefined ? {} : { agent }) };
};

type Arrived = { readonly key: string; readonly about: string; readonly at: number; readonly content: string };
type Done = { readonly key: string; readonly place: Place };

const add = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

const newStream = (name: string, scope: Scope) => {
  const must = new Map<string, number>();
  const may = new Map<string, number>();
  const arrived = new Map<string, Arrived>();
  /** Acts by the one whom they concern, in their order. */
  const order = new Map<string, Done[]>();
  const doubted = new Set<string>();
  let repeated = 0;
  const aboutOf = ({ agent, person }: Expected): string => agent ?? person ?? '';

  const arrivals = (): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const { key } of arrived.values()) add(counts, key);
    return counts;
  };

  const ledger: StreamLedger = {
    name,
    heard(set) {
      const jti = String(set.jti);
      const { iat: _, ...content } = set;
      const one = heardOf(set);
      if (one.event === 'verification' || one.event === 'stream-updated') return undefined;
      const text = JSON.stringify(content);
      const before = arrived.get(jti);
      if (before === undefined) {
        const at = Number(Object.values(set.events)[0]?.['occurred_at_ms']);
        arrived.set(jti, { key: keyOf(one), about: aboutOf(one), at, content: text });
        return undefined;
      }
      repeated += 1;
      return before.content === text ? undefined : `${name}: ${jti} came again as another event`;
    },
    missing: () => {
      const got = arrivals();
      return [...must].filter(([key, count]) => (got.get(key) ?? 0) < count).map(([key]) => key);
    },
    surplus: () =>
      [...arrivals()]
        .filter(([key, count]) => count > (must.get(key) ?? 0) + (may.get(key) ?? 0))
        .map(
          ([key, count]) =>
            `${key}: ${count}, not ${must.get(key) ?? 0} to ${(must.get(key) ?? 0) + (may.get(key) ?? 0)}`,
        ),
    disordered() {
      const wrong: string[] = [];
      const all = [...arrived.values()].map((one, index) => ({ ...one, index }));
      for (const [about, acts] of order) {
        const heard = all.filter((one) => one.about === about).toSorted((one, other) => one.at - other.at);
        // With acts in doubt, or events that are still missing, it is unknown which is which.
        if (doubted.has(about) || heard.length !== acts.length) continue;
        for (const [at, { place, key }] of acts.entries()) {
          const [earlier, here] = [heard[at - 1], heard[at]];
          if (acts[at - 1]?.place === place && earlier && here && earlier.index > here.index)
            wrong.push(`${key} before ${earlier.key}`);
        }
      }
      return wrong;
    },
    get counts() {
      return { events: arrived.size, repeated };
    },
  };
  return {
    ledger,
    done(events: readonly Expected[], place: Place): void {
      for (const one of events.filter((event) => mayHear(scope, event))) {
        add(must, keyOf(one));
        const about = aboutOf(one);
        order.set(about, [...(order.get(about) ?? []), { key: keyOf(one), place }]);
      }
    },
    inDoubt(events: readonly Expected[]): void {
      for (const one of events.filter((event) => mayHear(scope, event))) {
        add(may, keyOf(one));
        doubted.add(aboutOf(one));
      }
    },
  };
};

export const newLedger = (): Ledger => {
  const streams: ReturnType<typeof newStream>[] = [];
  return {
    done: (events, place) => streams.forEach((one) => void one.done(events, place)),
    inDoubt: (events) => streams.forEach((one) => void one.inDoubt(events)),
    stream(name, scope) {
      const made = newStream(name, scope);
      streams.push(made);
      return made.ledger;
    },
    get streams() {
      return streams.map(({ ledger }) => ledger);
    },
  };
};
