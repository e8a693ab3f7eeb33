import { checkMembers, within } from '../checked-members.ts';
import { ConfigurationError } from '../configuration-error.ts';
import type { Options } from '../options.ts';
import type { MaxStaleness } from './heard-ends.ts';

export type FeedSettings = {
  readonly maxStaleness: MaxStaleness;
  readonly mostEnds: number;
};

const USUAL = { critical: 2, high: 2, medium: 10, low: 30 } as const;

/** Checks the options of the revocation feed. Undefined: it is not read. Throws ConfigurationError. */
export const feedSettingsOf = ({ revocationFeed = false, introspection }: Options): FeedSettings | undefined => {
  if (revocationFeed === false) return undefined;
  const given = revocationFeed === true ? {} : revocationFeed;
  checkMembers(given, ['maxStaleness', 'mostEnds'], 'revocationFeed');
  const { maxStaleness = {}, mostEnds } = given;
  checkMembers(maxStaleness, Object.keys(USUAL), 'revocationFeed.maxStaleness');
  if (introspection === undefined) {
    throw new ConfigurationError(
      'revocationFeed',
      'set the option introspection, which decides about a token that may have ended',
    );
  }
  const seconds = (risk: keyof typeof USUAL): number =>
    within(maxStaleness[risk], `revocationFeed.maxStaleness.${risk}`, [1, 3600, USUAL[risk]]);
  return {
    maxStaleness: {
      critical: seconds('critical'),
      high: seconds('high'),
      medium: seconds('medium'),
      low: seconds('low'),
    },
    mostEnds: within(mostEnds, 'revocationFeed.mostEnds', [1000, 4_000_000, 1_000_000]),
  };
};
