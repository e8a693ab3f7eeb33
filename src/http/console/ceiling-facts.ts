import type { HtmlValue, Phrase } from '../../../views/html.ts';
import { durationPhrase } from '../../../views/time-text.ts';
import { agentWords } from '../../../views/words/agent.ts';
import { ceilingWords as words } from '../../../views/words/console-effect.ts';
import type { Ceilings } from '../../domain/blueprints/ceilings.ts';

type Shown = (value: unknown) => HtmlValue;

const atMostSeconds: Shown = (value) => words.atMost(durationPhrase(Number(value)));
const names: Shown = (value) => [value].flat().join(', ') || words.none;
const environments: Shown = (value) => {
  const known = [value].flat().flatMap((one) => (isEnvironment(one) ? [agentWords.environments[one]] : []));
  return known.length === 0 ? words.none : known.map((one, index) => [index > 0 && ', ', one]);
};

const isEnvironment = (name: unknown): name is keyof typeof agentWords.environments =>
  typeof name === 'string' && Object.hasOwn(agentWords.environments, name);

/** Ceilings besides scopes that are shown in words, in this order. */
const SHOWN: Readonly<Partial<Record<keyof Ceilings, Shown>>> = {
  authenticationMethods: names,
  maxAccessTokenSeconds: atMostSeconds,
  maxLeaseSeconds: atMostSeconds,
  maxDelegationSeconds: atMostSeconds,
  maxDelegationDepth: (value) => words.hops(Number(value)),
  environments,
  detailTypes: names,
  compositions: (value) => words.named([value].flat().length),
  maxInstances: (value) => words.atMost(String(value)),
};

export type CeilingFact = { readonly axis: keyof Ceilings; readonly name: Phrase; readonly value: HtmlValue };

export const ceilingFacts = (ceilings: Ceilings | undefined): readonly CeilingFact[] =>
  Object.entries(SHOWN).flatMap(([axis, shown]): readonly CeilingFact[] => {
    const value: unknown = ceilings?.[axis as keyof Ceilings];
    if (value === undefined) return [];
    return [{ axis: axis as keyof Ceilings, name: words.names[axis as keyof typeof words.names], value: shown(value) }];
  });
