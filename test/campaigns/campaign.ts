/**
 * What every campaign is made of: a seed that replays it, a count of trials, violations with enough
 * text to understand them, figures for the closing JSON line. The campaigns stand in files of their
 * own; `main.ts` lists them.
 */

type CampaignOptions = {
  /** How many, in the campaign's own unit; absent: its default. */
  readonly trials: number | undefined;
  /** Ends the campaign early when this time is over. */
  readonly seconds: number | undefined;
  /** On which stores alone, in the campaign's own words; absent: on all it knows. */
  readonly stores: readonly string[] | undefined;
  /** Requests a second, where the campaign has a load. */
  readonly rate: number | undefined;
  /** In the register, where it is the size of one that matters. */
  readonly agents: number | undefined;
  /** How many in each trial, where a trial has many. */
  readonly tokens: number | undefined;
  /** Whether Redis is taken away while the campaign measures. */
  readonly isRedisDown: boolean;
  readonly seed: number;
};

export type CampaignRun = {
  readonly options: CampaignOptions;
  /** Decides everything that is left to chance. */
  readonly random: Random;
  /** Shown on stderr: often on a terminal, every five seconds in a log. */
  progress(text: string): void;
  /** Reports that something which must not happen has happened; the first twenty are printed. */
  violation(text: string): void;
  /** Reports a time above its bound, which a machine that is busy elsewhere can cause: it counts as `late`, not as a violation. */
  late(text: string): void;
  /** Notes what was found in one configuration, as soon as that is done; `--record` keeps it in docs/results. */
  finished(configuration: string, figures: Figures): void;
  /** True when the time given by `--seconds` is over. */
  isOver(): boolean;
};

export type Figures = { readonly trials: number } & Readonly<Record<string, unknown>>;

export type Campaign = {
  readonly name: string;
  readonly about: string;
  run(run: CampaignRun): Promise<Figures>;
};

/** Those of `known` that `--stores` asks for. Throws when it names another. */
export const chosen = <T extends string>({ options }: CampaignRun, known: readonly T[]): readonly T[] => {
  const unknown = options.stores?.find((name) => !known.some((one) => one === name));
  if (unknown !== undefined) throw new Error(`--stores does not know ${unknown}; it takes ${known.join(', ')}`);
  return known.filter((name) => options.stores?.includes(name) ?? true);
};

export type Random = ReturnType<typeof seededRandom>;

/** The same numbers for the same seed, on every machine (sfc32). Not for secrets. */
export const seededRandom = (seed: number) => {
  let a = seed >>> 0;
  let b = Math.floor(seed / 2 ** 32) >>> 0;
  let c = 0x9e3779b9;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let warm = 0; warm < 12; warm += 1) next();
  const integer = (below: number): number => Math.floor(next() * below);
  return {
    /** In [0, 1). */
    next,
    /** In [0, below). */
    integer,
    chance: (probability: number): boolean => next() < probability,
    pick<T>(from: readonly T[]): T {
      const chosen = from[integer(from.length)];
      if (chosen === undefined && from.length === 0) throw new Error('nothing to pick from');
      return chosen as T;
    },
  };
};
