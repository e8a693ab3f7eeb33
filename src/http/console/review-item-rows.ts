/** Items of access reviews as the pages show them. */
import type { ItemModel, ItemRow } from '../../../views/pages/console-review-items.ts';
import type { AnswerOf } from './console-calls.ts';
import { type ConsoleDeps, type Names, partyNames, resourceNames, reviewItemHref } from './console-deps.ts';

/** An item as the management API shows it. */
export type ShownItem = AnswerOf<'getReviewItem'>;

type ItemNames = { readonly parties: Names; readonly resources: Names };

/** Names of the people and APIs of some items. */
export const itemNames = async (deps: ConsoleDeps, items: readonly ShownItem[]): Promise<ItemNames> => ({
  parties: await partyNames(
    deps,
    items.flatMap((item) => [item.subject, item.owner, item.reviewer, item.decided_by, item.new_owner]),
  ),
  resources: await resourceNames(
    deps,
    items.map(({ resource }) => resource),
  ),
});

/** `isForViewer`: the viewer may decide about it. */
export const itemRow = (
  deps: Pick<ConsoleDeps, 'basePath'>,
  item: ShownItem,
  names: ItemNames,
  isForViewer: boolean,
): ItemRow => {
  const { id, risk, last_used_at: lastUsedAt } = item;
  return {
    ...{ id, href: reviewItemHref(deps, id), agentName: item.agent_name, state: item.state },
    ...{ personName: names.parties(item.subject), apiName: names.resources(item.resource) },
    ...(risk === undefined ? {} : { risk }),
    ...{ scope: item.scope, unusedScopes: item.unused_scopes, unusedFrom: item.unused_from, givenAt: item.given_at },
    ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
    ...{ isOwnerGone: item.owner_gone, findings: item.findings, isForViewer },
  };
};

/** What was watched for less time says little about use. */
const WATCHED_SECONDS = 30 * 86_400;

type Use = Pick<ShownItem, 'unused_scopes' | 'unused_from' | 'without_unused'>;

/** Scopes that were not used for long. None where a token below the delegation carried one of them, or could have. */
export const longUnused = (
  { unused_scopes: unused, unused_from: from, without_unused: replay }: Use,
  now: number,
): readonly string[] => {
  // The use of scopes is counted by delegation, so that of re-delegations is only in the replay.
  const isUsedBelow = replay !== undefined && (replay.changed > 0 || replay.more);
  return from <= now - WATCHED_SECONDS && !isUsedBelow ? unused : [];
};

/** What the use of an open item suggests. */
export const adviceOn = (
  item: Use & Pick<ShownItem, 'state' | 'scope' | 'owner_gone'>,
  now: number,
): Pick<ItemModel['item'], 'advice'> => {
  if (item.state !== 'open') return {};
  const [unused, all] = [longUnused(item, now).length, item.scope.length];
  if (unused > 0 && unused === all) return { advice: 'end' };
  if (item.owner_gone) return { advice: 'transfer' };
  return unused > 0 ? { advice: 'narrow' } : {};
};
