/** An app of an inventory in the members of the management API, made of all rows that name it. */
import { riskyScopes } from '../scope-risks.ts';
import { webAddresses } from '../web-addresses.ts';

/** An app as `importInventory` takes it. */
export type ListedApp = {
  readonly external_id: string;
  readonly name: string;
  readonly publisher?: string;
  readonly owner?: string;
  readonly scopes?: readonly string[];
  readonly people?: number;
  readonly is_for_everyone?: boolean;
  readonly is_enabled?: boolean;
  readonly secrets?: number;
  readonly urls?: readonly string[];
  readonly client?: string;
};

/** What the rows of one app say together. Sets, so that the order of rows and pages does not matter. */
export type AppFacts = {
  readonly names?: Iterable<string>;
  readonly publisher?: string | undefined;
  readonly owner?: string | undefined;
  readonly scopes?: Iterable<string>;
  /** Ids of people who gave it rights. */
  readonly people?: Iterable<string>;
  readonly isForEveryone?: boolean;
  readonly isEnabled?: boolean;
  /** Number of static secrets. */
  readonly secrets?: number;
  readonly urls?: Iterable<string>;
};

const MOST_SCOPES = 200;

/** The first characters of a text. Cuts no character in two. Most texts are short, and to take one apart is slow. */
const first = (text: string, most: number): string =>
  text.length <= most ? text : [...text.slice(0, most * 2)].slice(0, most).join('');

const sorted = (texts: Iterable<string>, most: number): readonly string[] =>
  [...new Set([...texts].map((text) => first(text, most)))].sort();

/** Those that matter come first where there are too many, so that further rights of an app do not hide them. */
const cutScopes = (scopes: Iterable<string>): readonly string[] => {
  const all = sorted(scopes, 300);
  if (all.length <= MOST_SCOPES) return all;
  const risky = new Set(riskyScopes(all));
  return [...risky, ...all.filter((scope) => !risky.has(scope))].slice(0, MOST_SCOPES).sort();
};

/**
 * Makes an app. Texts of other systems are cut to what an entry holds: a long name, or many rights, must not keep the rest of
 * a list out.
 */
export const listedApp = (externalId: string, facts: AppFacts): ListedApp => {
  const { publisher, owner, isForEveryone, isEnabled, secrets = 0 } = facts;
  const scopes = cutScopes(facts.scopes ?? []);
  const urls = webAddresses(facts.urls ?? []);
  const [name = first(externalId, 200)] = sorted(facts.names ?? [], 200);
  return {
    ...{ external_id: externalId, name },
    ...(publisher === undefined ? {} : { publisher: first(publisher, 200) }),
    ...(owner === undefined ? {} : { owner: first(owner, 200) }),
    ...(scopes.length === 0 ? {} : { scopes }),
    ...(facts.people === undefined ? {} : { people: new Set(facts.people).size }),
    ...(isForEveryone === undefined ? {} : { is_for_everyone: isForEveryone }),
    ...(isEnabled === undefined ? {} : { is_enabled: isEnabled }),
    ...(secrets === 0 ? {} : { secrets }),
    ...(urls.length === 0 ? {} : { urls }),
  };
};
