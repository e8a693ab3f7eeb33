import { checkMembers, within } from '../checked-members.ts';
import { ConfigurationError } from '../configuration-error.ts';
import type { Options } from '../options.ts';

export type ReportSettings = {
  readonly mostQueued: number;
  /** Seconds. */
  readonly interval: number;
};

/** Checks the options of reports. Undefined: none are sent. Throws ConfigurationError. */
export const reportSettingsOf = ({ reports = false, introspection }: Options): ReportSettings | undefined => {
  if (reports === false) return undefined;
  const given = reports === true ? {} : reports;
  checkMembers(given, ['mostQueued', 'interval'], 'reports');
  if (introspection === undefined) {
    throw new ConfigurationError('reports', 'set the option introspection: reports are sent with its credential');
  }
  return {
    mostQueued: within(given.mostQueued, 'reports.mostQueued', [1, 1_000_000, 10_000]),
    interval: within(given.interval, 'reports.interval', [1, 60, 1]),
  };
};
