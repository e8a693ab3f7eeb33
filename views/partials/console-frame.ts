import { type Html, html, type Phrase } from '../html.ts';
import type { PageFrame } from '../layout.ts';
import { consoleWords as words } from '../words/console-frame.ts';

/** Part of the model of every page below `/console`. */
export type ConsoleFrame = PageFrame & {
  /** Value of the field `csrf` in its forms. */
  readonly csrf: string;
  /** Whether the viewer may see all agents, not only their own. */
  readonly seesAll: boolean;
  /** Places that the viewer may open. */
  readonly sees: readonly ConsolePlace[];
};

/** Places by subject, each with its name in the navigation. A section opens its first place. */
const SECTIONS = {
  overview: { overview: { path: '/console', name: words.places.overview } },
  agents: {
    agents: { path: '/console/agents', name: words.places.agents },
    findings: { path: '/console/findings', name: words.places.findings },
    blueprints: { path: '/console/blueprints', name: words.places.blueprints },
    register: { path: '/console/agents/new', name: words.places.register },
  },
  people: {
    people: { path: '/console/people', name: words.places.people },
    groups: { path: '/console/groups', name: words.places.groups },
    'sign-in': { path: '/console/sign-in', name: words.places['sign-in'] },
  },
  software: {
    clients: { path: '/console/clients', name: words.places.clients },
    servers: { path: '/console/resource-servers', name: words.places.servers },
  },
  policies: {
    versions: { path: '/console/policy', name: words.places.versions },
    try: { path: '/console/policy/try', name: words.places.try },
    'try-use': { path: '/console/policy/try/use', name: words.places['try-use'] },
    replay: { path: '/console/policy/replay', name: words.places.replay },
  },
  approvals: {
    approvals: { path: '/console/approvals', name: words.places.approvals },
    'break-glass': { path: '/console/break-glass', name: words.places['break-glass'] },
  },
  auditLog: { auditLog: { path: '/console/audit', name: words.places.auditLog } },
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

/**
 * The navigation of the console: the sections, and the places of the current section if it has several. `here`: the page
 * itself, not one below it.
 */
export const consoleTabs = (frame: ConsoleFrame, place: ConsolePlace, here = true): Html => {
  const seen = PLACES.filter(({ id }) => frame.sees.includes(id));
  const section = PLACES.find(({ id }) => id === place)?.section;
  const beside = seen.filter((one) => one.section === section);
  const firsts = seen.filter((one) => seen.find((other) => other.section === one.section) === one);
  const isAlone = beside.length < 2;
  const link = (one: Place, text: Phrase, current: 'page' | 'true' | false): Html =>
    html`<a href="${frame.basePath}${one.path}"${current && html` aria-current="${current}"`}>${text}</a>`;
  const isIt = here ? 'page' : 'true';
  return html`<nav class="tabs" aria-label="${words.name}">${firsts.map((one) =>
    link(one, words.sections[one.section], one.section === section && (isAlone ? isIt : 'true')),
  )}</nav>${
    !isAlone &&
    html`<nav class="tabs sub" aria-label="${section && words.sections[section]}">${beside.map((one) =>
      link(one, one.name, one.id === place && isIt),
    )}</nav>`
  }`;
};
