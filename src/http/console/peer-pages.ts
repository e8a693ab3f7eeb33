import { type PeerRow, peerPage, peersPage } from '../../../views/pages/console-peers.ts';
import type { ObjectAction } from '../../../views/partials/object-page.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { issuerWords } from '../../../views/words/console-issuers.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { peerWords as words } from '../../../views/words/console-peers.ts';
import { registerWords } from '../../../views/words/registries.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import { accountLinksFor, addAccountLinkPages } from './account-link-pages.ts';
import type { AnswerOf } from './console-calls.ts';
import { type ConsoleDeps, partyNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { type FieldKind, flagField, keysField, lineField, namesField, rightsField, timeField } from './form-fields.ts';
import { listed } from './list-page.ts';
import { addObjectActions } from './object-actions.ts';
import type { ObjectFormSpec, SectionSpec, Shown } from './object-form-spec.ts';
import { addObjectForms } from './object-forms.ts';
import { chosenHeading } from './object-names.ts';
import { keptScopes, namePairs, OUTBOUND_SECTION, outboundOf, type ShownOutbound } from './peer-outbound.ts';

/** A trusted domain as the management API shows it. */
type ShownPeer = AnswerOf<'getPeer'>;

/** Adds `/console/peers`: the authorization servers of other domains, their forms, and what is done with one. */
export const addPeerPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}/console/peers`;

  page('/console/peers', async (ctx, { viewer, frame }) => {
    const from = queryOf(ctx).get('after');
    const { items, pages } = await listed(deps, calls, viewer, { operation: 'listPeers', path: home }, from);
    const newHref = calls.may('createPeer', viewer.account) ? { newHref: `${home}/new` } : {};
    const rows = items.map((one) => rowOf(home, one));
    const asked = { search: '', state: '' };
    sendPage(ctx, 200, peersPage({ ...frame, action: home, asked, rows, pages, ...newHref }));
  });

  addObjectForms(parts, formsOf(deps, home));
  addAccountLinkPages(parts);

  const peerOf = async ({ account, by }: Viewer, id: string): Promise<ShownPeer> =>
    (await calls.run('getPeer', account, by, { id })).body;

  const actionsOn = ({ account }: Viewer, { state, jwks }: ShownPeer, href: string): readonly ObjectAction[] => [
    ...(calls.may('updatePeer', account) ? [{ text: fieldWords.change, href: `${href}/edit` } as const] : []),
    ...(jwks === undefined && calls.may('purgePeerKeys', account)
      ? [{ text: issuerWords.discard, href: `${href}/discard-keys` }]
      : []),
    ...(state === 'disabled' && calls.may('enablePeer', account)
      ? [{ text: registerWords.enable, action: `${href}/enable`, kind: 'primary' } as const]
      : []),
    ...(state === 'active' && calls.may('disablePeer', account)
      ? [{ text: registerWords.disable, href: `${href}/disable`, kind: 'danger' } as const]
      : []),
  ];

  page('/console/peers/:id', async (ctx, { viewer, frame }, id) => {
    const peer = await peerOf(viewer, id);
    const row = rowOf(home, peer);
    const { jwks_uri: jwksUri, keys_after: keysAfter, inbound, outbound } = peer;
    const { fetched_at: fetchedAt, reason: failure } = peer.keys;
    const names = await partyNames(deps, [...(inbound?.clients ?? []), ...Object.keys(outbound?.clients ?? {})]);
    const links = await accountLinksFor(parts, viewer, id, queryOf(ctx).get('after'));
    sendPage(
      ctx,
      200,
      peerPage({
        ...{ ...frame, actions: actionsOn(viewer, peer, row.href) },
        peer: {
          ...{ ...row, createdAt: peer.created_at, updatedAt: peer.updated_at },
          ...(jwksUri === undefined ? {} : { jwksUri }),
          ...(keysAfter === undefined ? {} : { keysAfter }),
          ...(fetchedAt === undefined ? {} : { fetchedAt }),
          ...(failure === undefined ? {} : { failure }),
          ...(inbound ? { inbound: inboundOf(inbound, names) } : {}),
          ...(outbound ? { outbound: outboundOf(deps, outbound, names) } : {}),
        },
        ...(links ? { links } : {}),
        ...(calls.may('listAuditEvents', viewer.account)
          ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` }
          : {}),
      }),
    );
  });

  addObjectActions(parts, {
    path: '/console/peers',
    place: 'peers',
    nameOf: async (viewer, id) => (await peerOf(viewer, id)).name,
    actions: {
      disable: {
        operation: 'disablePeer',
        done: 'peerDisabled',
        asks: {
          ...{ title: words.disableTitle, question: words.disableAsked },
          ...{ lead: words.disableLead, button: registerWords.disable },
        },
      },
      enable: { operation: 'enablePeer', done: 'peerEnabled' },
      'discard-keys': {
        operation: 'purgePeerKeys',
        done: 'keysDiscarded',
        asks: {
          ...{ title: issuerWords.discard, question: issuerWords.discardAsked },
          ...{ lead: issuerWords.discardLead, button: issuerWords.discard },
        },
      },
    },
  });
};

/** Ticked: people are also found by a verified address. Unticked: only links count. */
const subjectsField: FieldKind = {
  ...flagField,
  read: ([text]) => (text === 'yes' ? 'verified_email' : undefined),
  write: (member) => (member === 'verified_email' ? ['yes'] : []),
};

const SECTIONS: readonly SectionSpec[] = [
  {
    title: objectWords.identity,
    fields: [
      { name: 'name', label: fieldWords.name, kind: lineField(100) },
      { name: 'issuer', label: issuerWords.url, hint: issuerWords.urlHint, kind: lineField(512), only: 'new' },
    ],
  },
  {
    ...{ title: issuerWords.keys, hint: issuerWords.keysHint },
    fields: [
      { name: 'jwks_uri', label: fieldWords.keysUrl, kind: lineField(2048), optional: true },
      { name: 'jwks', label: issuerWords.jwks, hint: issuerWords.jwksHint, kind: keysField, optional: true },
      {
        ...{ name: 'max_key_age_seconds', label: issuerWords.maxKeyAge, optional: true },
        kind: {
          ...timeField({ least: 300, most: 86_400, usual: 3600, note: issuerWords.maxKeyAgeNote }),
          emptied: 3600,
        },
      },
    ],
  },
  {
    ...{ title: words.inbound, hint: words.inboundHint },
    fields: [
      {
        ...{ name: 'clients', within: 'inbound', label: words.clients, optional: true },
        kind: namesField('party', 3),
      },
      { name: 'resources', within: 'inbound', label: words.resources, kind: rightsField, optional: true },
      { name: 'subjects', within: 'inbound', label: words.byAddress, kind: subjectsField, optional: true },
      {
        ...{ name: 'max_lifetime_seconds', within: 'inbound', label: words.lifetime, optional: true },
        kind: timeField({ least: 30, most: 3600, usual: 300 }),
      },
    ],
  },
  OUTBOUND_SECTION,
];

const formsOf = (deps: ConsoleDeps, home: string): ObjectFormSpec => ({
  ...{ path: '/console/peers', place: 'peers', sections: SECTIONS },
  needs: { inbound: ['clients', 'resources'], outbound: ['clients', 'resources'] },
  hrefOf: (id) => `${home}/${id}`,
  shown: async (peer) => {
    const inbound = peer['inbound'] as Shown | undefined;
    const outbound = peer['outbound'] as ShownOutbound | undefined;
    const clients = (inbound?.['clients'] ?? []) as readonly string[];
    const names = await partyNames(deps, [...clients, ...Object.keys(outbound?.clients ?? {})]);
    return {
      ...peer,
      ...(inbound ? { inbound: { ...inbound, clients: clients.map(names) } } : {}),
      ...(outbound ? { outbound: { ...outbound, clients: namePairs(outbound, names) } } : {}),
    };
  },
  create: {
    ...{ operation: 'createPeer', title: words.make, lead: words.makeLead, button: words.add },
    done: 'added',
  },
  change: {
    ...{ read: 'getPeer', operation: 'updatePeer', title: words.changeTitle },
    ...{ heading: chosenHeading(fieldWords.changeOf), lead: words.changeLead },
    body: (body, object) =>
      body['outbound'] == null ? body : { ...body, outbound: keptScopes(body['outbound'], object) },
  },
});

type Inbound = NonNullable<ShownPeer['inbound']>;

const inboundOf = (
  { clients, resources, subjects, max_lifetime_seconds: maxLifetimeSeconds }: Inbound,
  names: (id: string) => string,
) => ({
  ...{ clients: clients.map(names), resources, subjects: subjects ?? ('linked' as const) },
  maxLifetimeSeconds: maxLifetimeSeconds ?? 300,
});

const rowOf = (home: string, { id, name, issuer, state, keys, inbound, outbound }: ShownPeer): PeerRow => ({
  ...{ id, href: `${home}/${id}`, name, issuer, state, health: keys.state },
  ...{ accepts: inbound !== undefined, issues: outbound !== undefined },
});
