/** What this server vouches for to another domain: the section of its form, and the facts on its page. */
import type { PeerModel } from '../../../views/pages/console-peers.ts';
import { peerWords as words } from '../../../views/words/console-peers.ts';
import { RISKS } from '../../domain/resources/resource-servers/highest-risk.ts';
import type { AnswerOf } from './console-calls.ts';
import { agentHref, type ConsoleDeps, clientHref, type Names } from './console-deps.ts';
import { consoleRefusal } from './console-refusals.ts';
import { type FieldKind, linesField, type NamePair, timeField } from './form-fields.ts';
import type { SectionSpec, Shown } from './object-form-spec.ts';

export type ShownOutbound = NonNullable<AnswerOf<'getPeer'>['outbound']>;
type Resource = ShownOutbound['resources'][number];

/** On each line an agent or client here, =, and its `client_id` there. A name has no =. */
const clientsField: FieldKind = {
  ...linesField(3, 60_000),
  ...{ hint: words.vouchHint, names: 'party', isPairs: true },
  read: (given, field) => {
    const lines = linesField(3, 60_000).read(given, field) as readonly string[] | undefined;
    return lines?.map((line): NamePair => {
      const at = line.indexOf('=');
      const [here, there] = [line.slice(0, Math.max(0, at)).trim(), line.slice(at + 1).trim()];
      if (here === '' || there === '') throw consoleRefusal('pairs_malformed', { field });
      return [here, there];
    });
  },
  write: (member) => {
    const pairs = (member ?? []) as readonly NamePair[];
    return pairs.length === 0 ? [] : [pairs.map(([here, there]) => `${here} = ${there}`).join('\n')];
  },
};

const isRisk = (text: string): text is (typeof RISKS)[number] => RISKS.some((risk) => risk === text);

/** On each line the identifier of an API there, a scope, its risk, and what it allows. */
const resourcesField: FieldKind = {
  ...linesField(4, 60_000),
  hint: words.scopesThereHint,
  read: (given, field) => {
    const lines = linesField(4, 60_000).read(given, field) as readonly string[] | undefined;
    if (lines === undefined) return undefined;
    const byApi = new Map<string, Resource['scopes'][number][]>();
    for (const line of lines) {
      const [identifier = '', name = '', risk = '', ...text] = line.trim().split(/\s+/u);
      if (!isRisk(risk) || text.length === 0) throw consoleRefusal('scopes_there_malformed', { field });
      byApi.set(identifier, [...(byApi.get(identifier) ?? []), { name, risk, description: text.join(' ') }]);
    }
    return [...byApi].map(([identifier, scopes]) => ({ identifier, scopes }));
  },
  write: (member) => {
    const lines = ((member ?? []) as readonly Resource[]).flatMap(({ identifier, scopes }) =>
      scopes.map(({ name, risk, description }) => [identifier, name, risk, description].join(' ')),
    );
    return lines.length === 0 ? [] : [lines.join('\n')];
  },
};

export const OUTBOUND_SECTION: SectionSpec = {
  ...{ title: words.outboundThere, hint: words.outboundHint },
  fields: [
    { name: 'clients', within: 'outbound', label: words.vouched, kind: clientsField, optional: true },
    { name: 'resources', within: 'outbound', label: words.scopesThere, kind: resourcesField, optional: true },
    {
      ...{ name: 'lifetime_seconds', within: 'outbound', label: words.lifetimeThere, optional: true },
      kind: timeField({ least: 10, most: 300, usual: 300 }),
    },
  ],
};

/** A name that two have, or with an =, gives way to the id. */
export const namePairs = ({ clients }: ShownOutbound, names: Names): readonly NamePair[] => {
  const ids = Object.keys(clients);
  const all = ids.map(names);
  return ids.map((id, index) => {
    const name = all[index] ?? id;
    const isClear = !name.includes('=') && all.filter((one) => one === name).length === 1;
    return [isClear ? name : id, clients[id] ?? ''];
  });
};

/** Keeps what the lines do not say of a scope that stays. */
export const keptScopes = (changed: unknown, object: Shown): unknown => {
  const before = (object['outbound'] as ShownOutbound | undefined)?.resources ?? [];
  const { resources, ...others } = changed as ShownOutbound;
  const scopesOf = (identifier: string) => before.find((one) => one.identifier === identifier)?.scopes ?? [];
  return {
    ...others,
    ...(resources && {
      resources: resources.map(({ identifier, scopes }) => ({
        identifier,
        scopes: scopes.map((scope) => ({ ...scopesOf(identifier).find(({ name }) => name === scope.name), ...scope })),
      })),
    }),
  };
};

/** For the page of one domain. */
export const outboundOf = (
  deps: ConsoleDeps,
  { clients, resources, lifetime_seconds: seconds }: ShownOutbound,
  names: Names,
): NonNullable<PeerModel['peer']['outbound']> => ({
  clients: Object.entries(clients).map(([id, there]) => ({
    ...{ name: names(id), there },
    href: id.startsWith('agt_') ? agentHref(deps, id) : clientHref(deps, id),
  })),
  resources: resources.map(({ identifier, scopes }) => ({
    identifier,
    scopes: scopes.map(({ name, risk }) => ({ name, risk })),
  })),
  lifetimeSeconds: seconds ?? 300,
});
