import type { InternalPurpose } from '../../src/domain/ports/trusted-fetch.ts';

/** Settings that open hosts, by what they are opened for: `egress.internalHosts`. */
export const internalHosts = (
  hosts: Readonly<Partial<Record<InternalPurpose, string>>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(hosts).map(([purpose, names]) => [`BEHALF__EGRESS__INTERNALHOSTS__${purpose.toUpperCase()}`, names]),
  );
