import type { Html, Phrase } from '../html.ts';
import type { PageFrame } from '../layout.ts';
import { consoleWords as words } from '../words/console-frame.ts';
import { sideNavigation } from './side-navigation.ts';

/** Part of the model of every page below `/console`. */
export type ConsoleFrame = PageFrame & {
  /** Value of the field `csrf` in its forms. */
  readonly csrf: string;
  /** Whether the viewer may see all agents, not only their own. */
  readonly seesAll: boolean;
  /** Places that the viewer may open. */
  readonly sees: readonly ConsolePlace[];
};

/** Places by subject, in the order of the navigation. */
const SECTIONS = {
  overview: {
    overview: { path: '/console', name: words.places.overview },
    findings: { path: '/console/findings', name: words.places.findings },
    responses: { path: '/console/responses', name: words.places.responses },
    'review-items': { path: '/console/review-items', name: words.places['review-items'] },
  },
  parties: {
    agents: { path: '/console/agents', name: words.places.agents },
    people: { path: '/console/people', name: words.places.people },
    groups: { path: '/console/groups', name: words.places.groups },
    directories: { path: '/console/directories', name: words.places.directories },
    'successor-rules': { path: '/console/successor-rules', name: words.places['successor-rules'] },
    delegations: { path: '/console/delegations', name: words.places.delegations },
  },
  software: {
    clients: { path: '/console/clients', name: words.places.clients },
    servers: { path: '/console/resource-servers', name: words.places.servers },
    blueprints: { path: '/console/blueprints', name: words.places.blueprints },
    budgets: { path: '/console/budgets', name: words.places.budgets },
    'registration-tokens': { path: '/console/registration-tokens', name: words.places['registration-tokens'] },
    inventories: { path: '/console/inventories', name: words.places.inventories },
  },
  policies: {
    versions: { path: '/console/policy', name: words.places.versions },
    try: { path: '/console/policy/try', name: words.places.try },
    'try-use': { path: '/console/policy/try/use', name: words.places['try-use'] },
    replay: { path: '/console/policy/replay', name: words.places.replay },
    'response-rules': { path: '/console/response-rules', name: words.places['response-rules'] },
  },
  oversight: {
    approvals: { path: '/console/approvals', name: words.places.approvals },
    absences: { path: '/console/absences', name: words.places.absences },
    'break-glass': { path: '/console/break-glass', name: words.places['break-glass'] },
    reviews: { path: '/console/reviews', name: words.places.reviews },
    transactions: { path: '/console/transactions', name: words.places.transactions },
    kills: { path: '/console/kills', name: words.places.kills },
    auditLog: { path: '/console/audit', name: words.places.auditLog },
    'legal-holds': { path: '/console/legal-holds', name: words.places['legal-holds'] },
  },
  settings: {
    server: { path: '/console/server', name: words.places.server },
    webhooks: { path: '/console/webhooks', name: words.places.webhooks },
    'dead-letters': { path: '/console/dead-letters', name: words.places['dead-letters'] },
    'audit-sinks': { path: '/console/audit-sinks', name: words.places['audit-sinks'] },
    keys: { path: '/console/keys', name: words.places.keys },
    issuers: { path: '/console/trusted-issuers', name: words.places.issuers },
    peers: { path: '/console/peers', name: words.places.peers },
    signals: { path: '/console/signals', name: words.places.signals },
    'provisioning-targets': {
      ...{ path: '/console/provisioning-targets', name: words.places['provisioning-targets'] },
    },
    transmitters: { path: '/console/transmitters', name: words.places.transmitters },
    'sign-in': { path: '/console/sign-in', name: words.places['sign-in'] },
  },
} as const;

export type ConsoleSection = keyof typeof SECTIONS;

type PlacesOf<Section> = Section extends ConsoleSection ? keyof (typeof SECTIONS)[Section] : never;
export type ConsolePlace = PlacesOf<ConsoleSection>;

type Place = {
  readonly section: ConsoleSection;
  readonly id: ConsolePlace;
  readonly path: string;
  readonly name: Phrase;
};

const PLACES: readonly Place[] = Object.entries(SECTIONS).flatMap(([section, places]) =>
  Object.entries(places).map(([id, { path, name }]) => ({ section, id, path, name }) as Place),
);

export const CONSOLE_PLACES: readonly ConsolePlace[] = PLACES.map(({ id }) => id);

/** The place of a page by its path below the issuer's: the one with the longest path that it begins with. */
export const placeAt = (path: string): Pick<Place, 'id' | 'path' | 'name'> | undefined =>
  PLACES.filter((one) => one.id !== 'overview' && (path === one.path || path.startsWith(`${one.path}/`))).toSorted(
    (one, other) => other.path.length - one.path.length,
  )[0];

/** A navigation with at most this many places is short enough to be open as a whole. */
const FEW = 12;

/** Open on the overview, where no section is the current one: where operators go from there. */
const OPEN_AT_FIRST: readonly ConsoleSection[] = ['parties', 'policies', 'oversight'];

/**
 * The navigation of the console, for `side` of the layout. `here`: the page itself, not one below it. Only the section of
 * the page is open, so that a low window shows the names of all sections without scrolling.
 */
export const consoleNavigation = (frame: ConsoleFrame, place?: ConsolePlace, here = true): Html => {
  const seen = PLACES.filter(({ id }) => frame.sees.includes(id));
  const sections = [...Map.groupBy(seen, ({ section }) => section)];
  const current = PLACES.find(({ id }) => id === place)?.section ?? 'overview';
  const isOpen = (section: ConsoleSection): boolean =>
    section === current || (current === 'overview' && OPEN_AT_FIRST.includes(section));
  return sideNavigation(
    words.name,
    sections.map(([section, places]) => ({
      id: section,
      // The overview comes first and needs no name above it.
      ...(section === 'overview' ? {} : { name: words.sections[section] }),
      // Some viewers see few places: those need no opening.
      ...(section === 'overview' || seen.length <= FEW ? {} : { isOpen: isOpen(section) }),
      links: places.map((one) => ({
        href: `${frame.basePath}${one.path}`,
        name: one.name,
        current: one.id === place ? (here ? 'page' : 'true') : undefined,
      })),
    })),
  );
};
