import { checkMembers, within } from '../checked-members.ts';
import { ConfigurationError } from '../configuration-error.ts';
import type { Options } from '../options.ts';

export type EventSettings = {
  readonly audience: string;
  readonly mostEnds: number;
};

/** Checks the options of security events. Undefined: none are received. Throws ConfigurationError. */
export const eventSettingsOf = ({
  securityEvents,
  revocationFeed = false,
  statusList = false,
  introspection,
}: Options): EventSettings | undefined => {
  if (securityEvents === undefined) return undefined;
  checkMembers(securityEvents, ['audience', 'mostEnds'], 'securityEvents');
  const { audience, mostEnds } = securityEvents;
  if (typeof audience !== 'string' || audience === '') {
    throw new ConfigurationError('securityEvents.audience', 'give the audience of this receiver, as in aud');
  }
  if (introspection === undefined) {
    throw new ConfigurationError(
      'securityEvents',
      'set the option introspection, which decides about a token that may have ended',
    );
  }
  if (revocationFeed !== false || statusList) {
    throw new ConfigurationError('securityEvents', 'leave it out: revocationFeed and statusList hear of each end');
  }
  return { audience, mostEnds: within(mostEnds, 'securityEvents.mostEnds', [1000, 4_000_000, 1_000_000]) };
};
