/** Apps of inventories as rows of pages: what they are known as here, and whether they need a decision. */
import type { KnownAs } from '../../../views/pages/inventory-cells.ts';
import type { Finding } from '../../domain/governance/finding.ts';
import { isKnown, type MatchedBy } from '../../domain/governance/inventory.ts';
import { riskyScopes } from '../../domain/governance/scope-risks.ts';
import type { ConsoleCalls, ItemOf } from './console-calls.ts';
import {
  agentHref,
  type ConsoleDeps,
  clientHref,
  findingHref,
  type Names,
  partyNames,
  serverHref,
} from './console-deps.ts';
import type { Viewer } from './console-page.ts';
import { hrefWith } from './list-page.ts';

export type ShownEntry = ItemOf<'listInventoryEntries'>;

/** How an app matches something here, as the API answers it. */
type Matched = { readonly client?: string | undefined; readonly matched_by?: MatchedBy | undefined };

/** A client with a metadata document has no page. */
const hrefOf = (deps: ConsoleDeps, id: string): string | undefined => {
  if (id.startsWith('agt_')) return agentHref(deps, id);
  if (id.startsWith('rs_')) return serverHref(deps, id);
  return id.startsWith('app_') ? clientHref(deps, id) : undefined;
};

export const knownAs = (
  deps: ConsoleDeps,
  names: Names,
  { client: id, matched_by: by }: Matched,
): { readonly known?: KnownAs } => {
  if (id === undefined || by === undefined) return {};
  const href = hrefOf(deps, id);
  return { known: { name: names(id), by, ...(href === undefined ? {} : { href }) } };
};

export const isKnownEntry = ({ matched_by: matchedBy }: Matched): boolean =>
  isKnown(matchedBy === undefined ? {} : { matchedBy });

/** Where the viewer registers an agent for an app. Empty: not permitted. */
export const registerHref = (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account }: Viewer,
  name: string,
): { readonly registerHref?: string } =>
  calls.may('createAgent', account) ? { registerHref: hrefWith(`${deps.basePath}/console/agents/new`, { name }) } : {};

/** Names of what the apps are known as. */
export const knownNames = (deps: ConsoleDeps, apps: readonly Matched[]): Promise<Names> =>
  partyNames(
    deps,
    apps.map(({ client }) => client),
  );

/** The findings about entries, by the id of the entry. Empty if the viewer may not see findings. At most 1000 entries. */
export const findingsAbout = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account }: Viewer,
  entries: readonly string[],
): Promise<ReadonlyMap<string, Finding>> => {
  if (entries.length === 0 || !calls.mayAll('getFinding', account)) return new Map();
  const found = await deps.findings.aboutEach('unknown_app', entries);
  return new Map(found.map((finding) => [finding.subject, finding]));
};

/** Whether an entry may be a finding. The finding itself says whether it is open. */
export const mayNeedDecision = ({ state, is_enabled: isEnabled, secrets = 0, scopes }: ShownEntry): boolean =>
  state === 'present' && isEnabled !== false && riskyScopes(scopes).length + secrets > 0;

/** Where the viewer decides; absent: nothing is to be decided. */
export const decideHref = (deps: ConsoleDeps, finding: Finding | undefined): { readonly decideHref?: string } =>
  finding?.state === 'open' ? { decideHref: findingHref(deps, finding.id) } : {};
