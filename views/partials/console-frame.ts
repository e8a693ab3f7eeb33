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

/** Places by subject; a section opens its first place. */
const SECTIONS = {
  overview: { overview: '/console' },
  agents: {
    agents: '/console/agents',
    findings: '/console/findings',
    blueprints: '/console/blueprints',
    register: '/console/agents/new',
  },
  people: { people: '/console/people', groups: '/console/groups', 'sign-in': '/console/sign-in' },
  software: { clients: '/console/clients', servers: '/console/resource-servers' },
  policies: {
    versions: '/console/policy',
    try: '/console/policy/try',
    'try-use': '/console/policy/try/use',
    replay: '/console/policy/replay',
  },
  approvals: { approvals: '/console/approvals', 'break-glass': '/console/break-glass' },
  auditLog: { auditLog: '/console/audit' },
} as const;

export type ConsoleSection = keyof typeof SECTIONS;

type PlacesOf<Section> = Section extends ConsoleSection ? keyof (typeof SECTIONS)[Section] : never;
export type ConsolePlace = PlacesOf<ConsoleSection>;

type Place = { readonly section: ConsoleSection; readonly name: ConsolePlace; readonly path: string };

const PLACES: readonly Place[] = Object.entries(SECTIONS).flatMap(([section, places]) =>
  Object.entries(places).map(([name, path]) => ({ section, name, path }) as Place),
);

export const CONSOLE_PLACES: readonly ConsolePlace[] = PLACES.map(({ name }) => name);

/**
 * The navigation of the console: the sections, and the places of this one where it has several. `here`: the page itself, not
 * one below it.
 */
export const consoleTabs = (frame: ConsoleFrame, place: ConsolePlace, here = true): Html => {
  const seen = PLACES.filter(({ name }) => frame.sees.includes(name));
  const section = PLACES.find(({ name }) => name === place)?.section;
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
      link(one, words.places[one.name], one.name === place && isIt),
    )}</nav>`
  }`;
};
