/** What `npm run bench` may be told, and its help. */
import { parseArgs } from 'node:util';
import { CASES } from './cases.ts';

/** What is measured besides the cases. */
export const PARTS = {
  variants: 'the exchange with the audit log in memory, and with the access log on',
  scaling: 'one process against two workers',
  operations: 'commands to MongoDB and Redis for one request, and how many of them wait for one another',
  epochs: 'the share of an exchange that goes into asking for kills and epochs',
  authority: 'effective authority computation, and its share of a client credentials request',
  verification: 'the package for APIs: verification of a token beside jwtVerify alone',
  gateway: 'a request through the gateway beside a bare proxy of the same library',
  log: 'an exchange with checkpoints, transparency log and an audit sink, and without them, at 64 connections',
  policies: 'an exchange without policies, with the starter set, 50, 200 and 2,000 of them, and what a decision costs',
  pollers: 'agents that wait for people: what they ask of the stores',
  decisions: 'from a person’s yes to the token of her agent, by poll and by ping',
  listeners: 'open inboxes: memory of the server, and how soon all hear of a question',
  pages: 'server CPU and bytes of each kind of page, and of a first visit',
  deny: 'time to deny and time to kill, two nodes, p50, p99 and max',
} as const;

export type Part = keyof typeof PARTS;

/** A run that is not the whole bench. */
export const MODES = {
  ratios: 'only the cases that have bounds, on SQLite, in slices that follow those of bare oidc-provider; ten minutes',
  flames: 'profiles the hot cases: a flame graph of each in docs/pictures/flames, and the microseconds of its parts',
  gate: 'whether three cases still cost what was recorded; less than a minute, and an exit code',
} as const;

export type Mode = keyof typeof MODES;

export type BenchOptions = {
  readonly mode: Mode | undefined;
  /** Adds the run to those in the file. */
  readonly isAppended: boolean;
  /** Length of one measurement and of the warm-up before it. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly rounds: number;
  readonly workers: number;
  readonly isQuick: boolean;
  readonly cases: readonly string[];
  readonly parts: readonly Part[];
  /** Where the figures go as JSON; undefined: nowhere. */
  readonly out: string | undefined;
};

/** Length of one measurement with `--quick`: one request or more of each connection, which is what shows that a case works. */
export const QUICK_SECONDS = 0.05;

export const DEFAULT_OUT = 'docs/results/bench.json';

/** Where the figures of a mode go, if it is run whole. */
const OUT_OF_MODE: Readonly<Partial<Record<Mode, string>>> = {
  ratios: 'docs/results/ratios.json',
  flames: 'docs/results/profiles.json',
};

export const usage = (): string =>
  [
    'npm run bench [-- --ratios | --flames | --gate] [--append] [--quick] [--only NAME]… [--seconds N] [--rounds N] [--workers N] [--out FILE]',
    '',
    ...Object.entries(MODES).map(([name, about]) => `  --${name.padEnd(11)}${about}`),
    '  --append     with --ratios: keeps the runs that the file has',
    '  --quick      one round of a twentieth of a second each, no warm-up, fewer connections, turns and stores: that it works, not how fast',
    '  --only NAME  only the cases and parts whose name begins so or holds it; may be given again',
    '  --seconds N  length of one measurement, default 2, after a warm-up of 1',
    '  --rounds N   default 3; each starts all processes anew',
    '  --workers N  how many workers stand against one process, default 2',
    `  --out FILE   where the figures go as JSON; by default ${DEFAULT_OUT}, that of --ratios or of --flames after a whole run, else nowhere`,
    '',
    'cases:',
    ...CASES.map(({ name }) => `  ${name}`),
    'parts:',
    ...Object.entries(PARTS).map(([name, about]) => `  ${name.padEnd(11)}${about}`),
  ].join('\n');

/** The options, 'help', or what is wrong with them. */
export const benchOptions = (argv: readonly string[]): BenchOptions | 'help' | { readonly wrong: string } => {
  let values: ReturnType<typeof parsed>;
  try {
    values = parsed(argv);
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  if (values.help) return 'help';
  const modes = (Object.keys(MODES) as Mode[]).filter((mode) => values[mode]);
  const [mode] = modes;
  if (modes.length > 1) return { wrong: `--${modes.join(' and --')} are runs of their own` };
  if (values.append && mode !== 'ratios') return { wrong: '--append is about the runs of --ratios' };
  const usual = mode === undefined ? 2 : 1;
  const numbers = { seconds: values.quick ? QUICK_SECONDS : usual, rounds: values.quick ? 1 : 3, workers: 2 };
  for (const name of ['seconds', 'rounds', 'workers'] as const) {
    const text = values[name];
    if (text === undefined) continue;
    const value = Number(text);
    const isWhole = name === 'seconds' || Number.isInteger(value);
    if (!(value > 0 && value <= 100 && isWhole)) return { wrong: `--${name} takes a number up to 100, not ${text}` };
    numbers[name] = value;
  }
  if (numbers.workers < 2) return { wrong: '--workers takes a number from 2' };
  const names = [...CASES.map(({ name }) => name), ...Object.keys(PARTS)];
  const wanted = values.only ?? [];
  const isWanted = (name: string): boolean => wanted.length === 0 || wanted.some((text) => name.includes(text));
  const unknown = wanted.find((text) => !names.some((name) => name.includes(text)));
  if (unknown !== undefined) return { wrong: `there is no case or part named ${unknown}` };
  const isWhole = wanted.length === 0 && !values.quick;
  const usualOut = mode === undefined ? DEFAULT_OUT : OUT_OF_MODE[mode];
  return {
    mode,
    isAppended: values.append,
    ...numbers,
    warmUpSeconds: Math.min(1, numbers.seconds),
    isQuick: values.quick,
    cases: CASES.map(({ name }) => name).filter(isWanted),
    parts: (Object.keys(PARTS) as Part[]).filter(isWanted),
    out: values.out ?? (isWhole ? usualOut : undefined),
  };
};

const parsed = (argv: readonly string[]) =>
  parseArgs({
    args: [...argv],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      ratios: { type: 'boolean', default: false },
      flames: { type: 'boolean', default: false },
      gate: { type: 'boolean', default: false },
      append: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      workers: { type: 'string' },
      out: { type: 'string' },
    },
  }).values;
