/**
 * The software that asks for tokens in a simulated organisation, as a text for what the server tells apart: program and main version, and how an assertion is
 * built (software.ts). Written from how such software is used, before there was a rule about it.
 */
import type { Random } from './campaign.ts';

/** Our packages for agents, and the usual libraries, with their share in percent. */
const TOOLS = { 'package for TypeScript': 35, 'package for Python': 25 } as const;
/** Other libraries and own code. */
const OTHERS = 12;
/** Main versions that are in use at the same time, of the library with its language. */
const VERSIONS = 3;

const toolOf = (random: Random): string => {
  const percent = random.integer(100);
  let sum = 0;
  for (const [tool, share] of Object.entries(TOOLS)) {
    sum += share;
    if (percent < sum) return tool;
  }
  return `library ${random.integer(OTHERS)}`;
};

/** One in five sets a lifetime of its own for assertions. */
const anySoftware = (random: Random): string =>
  `${toolOf(random)} ${random.integer(VERSIONS)} ${random.chance(0.2) ? 10 + random.integer(20) : 'default'}`;

/** What one agent uses: one in five has two parts with software of their own, and one in ten software that the server does not always take for the same. */
export const softwareOf = (random: Random): readonly string[] => {
  const first = anySoftware(random);
  const kind = random.integer(10);
  if (kind < 7) return [first];
  return kind < 9 ? [first, anySoftware(random)] : [first, `${first} b`, `${first} c`, `${first} d`];
};

/** After a release: another version in two of three cases, else another tool. */
export const otherSoftware = ([first = '']: readonly string[], random: Random): string => {
  if (random.chance(1 / 3)) return anySoftware(random);
  const [, tool = '', version = '', rest = ''] = /^(.*) (\d+) (.*)$/.exec(first) ?? [];
  return `${tool} ${Number(version) + 1} ${rest}`;
};

/** A script, or what is public, as it comes: the newest versions first. */
export const softwareOfThief = (random: Random): string => {
  if (random.chance(0.6)) return `script ${random.integer(1_000_000)}`;
  const version = random.chance(0.7) ? VERSIONS - 1 : random.integer(VERSIONS);
  return `${toolOf(random)} ${version} default`;
};
