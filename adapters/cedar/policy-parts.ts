/**
 * A set of policies in parts. The result of a set is the combined result of its policies. A set can therefore be
 * evaluated part by part and the answers combined. A part without any policy that can apply is not evaluated.
 * Policies about one agent, blueprint, resource server or scope are found by that name; the others are evaluated
 * each time.
 */
import { freeSet, nameSet } from './named-sets.ts';
import { mayApply, type PolicyHead, placeKeyOf, placeKeysOf, type Question } from './policy-head.ts';
import { joinedUse, type PolicyUse } from './policy-use.ts';
import type { Answer } from './remembered-answers.ts';
import { portionsOf, type Slices } from './slices.ts';

export type ReadyPolicy = {
  readonly id: string;
  readonly text: string;
  readonly head: PolicyHead;
  /** Its effect where its head alone decides whether it applies. */
  readonly ruling: 'permit' | 'forbid' | undefined;
  readonly use: PolicyUse;
};

export type Part = {
  /** Distinguishes it from the others of its set. */
  readonly number: number;
  readonly policies: readonly ReadyPolicy[];
  /** The facts that any of them reads. */
  readonly use: PolicyUse;
  /** Its name in Cedar, parsed at the first question that needs it. */
  name(): string;
  release(): void;
};

/** A part is parsed in one go, which takes 0.1 ms a policy; with long policies it has fewer. */
const MOST_IN_A_PART = 128;
/** A part with more policies than this is parsed ahead of requests. */
const FEW = 8;

export type PolicyParts = {
  readonly all: readonly Part[];
  /** The parts that hold a policy that may apply; with their answer where heads alone decide it. */
  of(question: Question): readonly { readonly part: Part; readonly answer: Answer | undefined }[];
  /** Parses all parts except small ones, which are parsed at their first question. Releases them when one fails. */
  makeReady(): Slices<void>;
  release(): void;
};

export const policyParts = (policies: readonly ReadyPolicy[]): PolicyParts => {
  const all: Part[] = [];
  const made = (some: readonly ReadyPolicy[]): readonly Part[] =>
    portionsOf(some, ({ text }) => text, MOST_IN_A_PART).map((chunk) => {
      const part = partOf(all.length, chunk);
      all.push(part);
      return part;
    });
  const byPlace = Map.groupBy(policies, ({ head }) => placeKeyOf(head));
  const { timed = [], timeless = [] } = Object.groupBy(byPlace.get(undefined) ?? [], ({ use }) =>
    looksAtTime(use) ? 'timed' : 'timeless',
  );
  byPlace.delete(undefined);
  const general = [...made(timeless), ...made(timed)];
  const parts = new Map([...byPlace].map(([place, some]) => [place, made(some)]));
  const release = (): void => {
    for (const part of all) part.release();
  };
  return {
    all,
    of: (question) =>
      [...general, ...placeKeysOf(question).flatMap((place) => parts.get(place) ?? [])].flatMap((part) => {
        const applying = part.policies.filter(({ head }) => mayApply(head, question));
        return applying.length === 0 ? [] : [{ part, answer: answerOf(applying) }];
      }),
    *makeReady(): Slices<void> {
      try {
        for (const part of all) {
          if (part.policies.length <= FEW && !general.includes(part)) continue;
          part.name();
          yield;
        }
      } catch (error) {
        release();
        throw error;
      }
    },
    release,
  };
};

/** What these policies, which are all that may apply, answer together. Undefined: a condition has to be evaluated, so Cedar is asked. */
const answerOf = (applying: readonly ReadyPolicy[]): Answer | undefined => {
  if (applying.some(({ ruling }) => ruling === undefined)) return undefined;
  const of = (wanted: ReadyPolicy['ruling']): readonly string[] =>
    applying.filter(({ ruling }) => ruling === wanted).map(({ id }) => id);
  const forbids = of('forbid');
  return forbids.length > 0
    ? { effect: 'deny', reasons: forbids, errors: [] }
    : { effect: 'allow', reasons: of('permit'), errors: [] };
};

/** For a policy that reads the time in seconds, every question is new; other policies need no new evaluation. */
const looksAtTime = ({ context }: PolicyUse): boolean => context === undefined || context.get('now') === 'whole';

const partOf = (number: number, policies: readonly ReadyPolicy[]): Part => {
  let name: string | undefined;
  return {
    number,
    policies,
    use: joinedUse(policies.map(({ use }) => use)),
    name(): string {
      name ??= nameSet(Object.fromEntries(policies.map(({ id, text }) => [id, text])));
      return name;
    },
    release(): void {
      if (name !== undefined) freeSet(name);
      name = undefined;
    },
  };
};
