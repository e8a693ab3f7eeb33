/**
 * Each of the texts of test/unit/views/payloads.ts in each place where a text is kept that a page shows, and in each parameter and
 * field of a form that a page shows again, in Chromium (WB-05). A violation is a script that ran, an objection of a page's policy, a
 * dialog, an error on a page, or a request to another server.
 */
import { visit } from '../support/chromium.ts';
import { injectionWorld, type Windows } from '../support/injection-world.ts';
import { isSaid, type Reflection, reflectedFields, reflectedParameters } from '../support/reflections.ts';
import { PROVIDER_PARAMETERS, readParameters } from '../support/request-parameters.ts';
import { answeredByForm, askingDetails, detailSaying } from '../support/tour.ts';
import { ALL_PAYLOADS } from '../unit/views/payloads.ts';
import { type Campaign, chosen, type Figures } from './campaign.ts';

type World = Awaited<ReturnType<typeof injectionWorld>>;

const textAt = (index: number): string => ALL_PAYLOADS[index % ALL_PAYLOADS.length] ?? '';

/** In this order: forms change what the other two look at. */
const SURFACES = ['stored', 'asked', 'sent'] as const;

/** An attack surface. `round` lets every place of it say one text, and another one in each round; it says how many pages that were. */
type Surface = {
  readonly name: (typeof SURFACES)[number];
  readonly figures: Readonly<Record<string, number>>;
  readonly round: Round;
};
type Round = (round: number, windows: Windows) => Promise<{ readonly pages: number; readonly seen?: number }>;

const stored = async (world: World): Promise<Surface> => ({
  name: 'stored',
  figures: { places: world.shown.length },
  async round(round, windows) {
    let pages = 0;
    await world.round(round, async ({ as, url }) => {
      await visit(windows[as ?? 'anonymous'], url);
      pages += 1;
    });
    return { pages };
  },
});

/** Counts how many of the texts the pages showed: what a page refuses or shortens is not all there. */
const sending = async (reflections: readonly Reflection[], round: number, windows: Windows): ReturnType<Round> => {
  let seen = 0;
  for (const [place, { as, size, send }] of reflections.entries()) {
    const window = windows[as ?? 'anonymous'];
    const text = (index: number): string => textAt(round + place * 7 + index * 11);
    await send(window, text);
    for (let index = 0; index < size; index += 1) if (await isSaid(window, text(index))) seen += 1;
  }
  return { pages: reflections.length, seen };
};

const sizeOf = (reflections: readonly Reflection[]): number => reflections.reduce((sum, { size }) => sum + size, 0);

const asked = async (world: World): Promise<Surface> => {
  const names = [...new Set([...readParameters(), ...PROVIDER_PARAMETERS])];
  const { parameters, echoes } = await reflectedParameters(world, world.stops, names);
  return {
    name: 'asked',
    figures: { parameters: sizeOf(parameters), detailMembers: 3, state: 1, addresses: echoes.length },
    async round(round, windows) {
      // The same few lines name the address of each page: each text is in one page's of each window.
      const echo = (as: Reflection['as']): readonly Reflection[] => {
        const own = echoes.filter((one) => one.as === as);
        return own.slice(round % own.length, (round % own.length) + 1);
      };
      const { pages, seen = 0 } = await sending([...parameters, ...echo('ada'), ...echo(undefined)], round, windows);
      await visit(windows.ada, askingDetails(world.full, detailSaying(round, textAt)));
      await visit(windows.anonymous, answeredByForm(world.full, textAt(round)));
      return { pages: pages + 2, seen };
    },
  };
};

const sent = async (world: World): Promise<Surface> => {
  const { forms, fields } = await reflectedFields(world, world.stops);
  return {
    name: 'sent',
    figures: { forms, fields: sizeOf(fields) },
    round: (round, windows) => sending(fields, round, windows),
  };
};

const surfaceOf = { stored, asked, sent } as const;

export const injection: Campaign = {
  name: 'injection',
  about: `texts of attackers in every place where one is kept and every parameter and field that comes back, on every page that shows it, in Chromium (--trials rounds, default ${ALL_PAYLOADS.length}: then each text was in each place; with the policy of pages and without; --stores stored,asked,sent)`,
  async run(run) {
    const rounds = run.options.trials ?? ALL_PAYLOADS.length;
    const names = chosen(run, SURFACES);
    // To look for the places of stored texts takes three ways past every page.
    const world = await injectionWorld({ isOfRequests: !names.includes('stored') });
    try {
      let trials = 0;
      run.progress('looking for what comes back');
      for (const name of names) {
        const surface = await surfaceOf[name](world);
        for (const guard of ['with the policy of pages', 'without it'] as const) {
          let [pages, seen, begun] = [0, 0, 0];
          const happened = await world.watching(async (windows) => {
            for (; begun < rounds && !run.isOver(); begun += 1) {
              const done = await surface.round(begun, windows);
              pages += done.pages;
              seen += done.seen ?? 0;
              run.progress(`${surface.name}, ${guard}: ${begun} of ${rounds} rounds, ${pages} pages`);
            }
          }, guard === 'without it');
          for (const one of happened) run.violation(one);
          trials += pages;
          const figures: Figures = { trials: pages, rounds: begun, texts: ALL_PAYLOADS.length, ...surface.figures };
          run.finished(`${surface.name}, ${guard}`, surface.name === 'stored' ? figures : { ...figures, seen });
        }
      }
      return { trials, texts: ALL_PAYLOADS.length, places: world.shown.length };
    } finally {
      await world.close();
    }
  },
};
