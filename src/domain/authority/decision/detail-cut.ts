/** Authorization details in a decision. Each layer except policy narrows them by the rules of their types. */

import { violation } from '../../resources/authorization-details/detail-schema.ts';
import { commonDetails, insideAll, typeOf } from '../../resources/authorization-details/narrowed-details.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import type { Layer } from '../../vocabulary/errors.ts';
import type { Limit } from '../../vocabulary/scope-sets.ts';
import type { WithheldDetail } from './decision.ts';
import { actsForItself, type DecisionFacts } from './facts.ts';
import { type DecisionLayer, LAYERS_OF_FACTS } from './layers.ts';

export type DetailCut = { readonly details: readonly Detail[]; readonly removed: readonly WithheldDetail[] };

/** How a layer takes part: always (`must`), only where it holds something (`may`), or not at all (`no`). */
export type Part = (layer: DecisionLayer) => 'must' | 'may' | 'no';

/**
 * Cuts the details. A requested detail is within what each layer holds, or removed. Without requested details the
 * result is what all layers hold. `limits` are the scopes that the layers leave: a layer that leaves nothing at the
 * resource leaves no details there, unless it is of scopes alone.
 */
export const cutDetails = (facts: DecisionFacts, limits: readonly Limit[], part: Part): DetailCut => {
  const { details: given, server } = facts;
  if (!given) return { details: [], removed: [] };
  const types = server.detailTypes ?? [];
  const holders = holdersOf(facts, part);
  const removed: WithheldDetail[] = [];
  const all = holders.map(({ held }) => held);
  const [nearest = [], ...others] = all;
  const asked = given.asked ?? others.reduce((one, other) => commonDetails(types, one, other), nearest);
  const { details: left, refusedBy } = insideAll(types, asked, all);
  if (given.asked) {
    for (const [index, { layer }] of holders.entries()) {
      removed.push(...(refusedBy[index] ?? []).map((detail) => ({ detail, layer })));
    }
  }
  const details = left.filter((detail) => {
    const layer = refusingLayer(facts, detail, limits, part);
    if (layer !== undefined) removed.push({ detail, layer });
    return layer === undefined;
  });
  return { details, removed };
};

type Holder = { readonly layer: DecisionLayer; readonly held: readonly Detail[] };

/** Layers that hold details of their own, nearest first. */
const HOLDERS = LAYERS_OF_FACTS.flatMap(({ name, details }) => (details ? [{ name, ...details }] : [])).sort(
  (one, other) => one.order - other.order,
);

const holdsDetails = (layer: Layer): boolean => HOLDERS.some(({ name }) => name === layer);

/** A holder that must take part and has no facts holds nothing. */
const holdersOf = ({ details = {} }: DecisionFacts, part: Part): readonly Holder[] =>
  HOLDERS.flatMap(({ name, heldIn }) => {
    const takesPart = part(name);
    if (takesPart === 'no') return [];
    const lists = heldIn(details) ?? (takesPart === 'must' ? [[]] : []);
    return lists.map((held) => ({ layer: name, held }));
  });

const OWN_RIGHTS: readonly Layer[] = LAYERS_OF_FACTS.filter(({ isOwnRights }) => isOwnRights).map(({ name }) => name);

const refusingLayer = (
  facts: DecisionFacts,
  detail: Detail,
  limits: readonly Limit[],
  part: Part,
): Layer | undefined => {
  const type = typeOf(facts.server.detailTypes ?? [], detail);
  // The detail may have been granted under an earlier schema of the type.
  if (!type || violation(type.schema, detail) !== undefined) return 'resource_server';
  const outside = LAYERS_OF_FACTS.find(
    ({ name, refusesDetail }) => refusesDetail?.(facts, detail) && part(name) !== 'no',
  );
  if (outside) return outside.name;
  const forItself = actsForItself(facts);
  // A party's own rights are named by scope; only "*" covers types of details.
  return limits.find(({ layer, holds, isOfScopesAlone }) => {
    if (holds === undefined || isOfScopesAlone || holds.includes('*') || holdsDetails(layer)) return false;
    return holds.length === 0 || (forItself && OWN_RIGHTS.includes(layer));
  })?.layer;
};
