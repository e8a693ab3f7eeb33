/**
 * Rules for what software states about itself without review. Its names must not be ours and must not claim trust, and
 * its addresses must not be ours. Called where clients register themselves, where a metadata document is read, and
 * where a user without a role registers an agent.
 */

import { SIGN_OF_TRUST, WORDS_OF_TRUST } from '../../platform/display-names/marks-of-trust.ts';
import { nameFinder } from '../../platform/display-names/name-runs.ts';
import { refuseField } from '../../vocabulary/errors.ts';
import { type OwnAddresses, ownAddresses } from './own-addresses.ts';

const PRODUCT = 'Behalf';

/** The host, and the domain above its first label. Empty for loopback, which every developer has. */
const hostNames = (issuer: string): readonly string[] => {
  const { hostname } = new URL(issuer);
  if (/^(?:localhost|127\.|\[)/.test(hostname)) return [];
  const [, ...above] = hostname.split('.');
  return above.length > 1 ? [hostname, above.join('.')] : [hostname];
};

/** Rules for what software states about itself without review. */
export interface SelfChosen {
  /** The rules for its addresses. */
  readonly addresses: OwnAddresses;
  /** Throws 'invalid_field' for a name that contains one of ours, or a word or sign of trust. */
  checkName(name: string, field: string): void;
}

export const selfChosen = ({
  issuer,
  reserved,
}: {
  readonly issuer: string;
  readonly reserved: readonly string[];
}): SelfChosen => {
  const addresses = ownAddresses(issuer);
  const reservedIn = nameFinder([PRODUCT, ...hostNames(issuer), ...reserved], { isInside: true });
  const trustIn = nameFinder(WORDS_OF_TRUST);

  return {
    addresses,

    checkName(name, field): void {
      const ours = reservedIn(name);
      if (ours !== undefined) {
        refuseField(
          field,
          `The name "${ours}" is reserved on this server. Use a name without it, or ask an operator to register it.`,
        );
      }
      const word = trustIn(name);
      if (word !== undefined) {
        refuseField(field, `A name does not vouch for itself: use one without "${word}".`);
      }
      if (SIGN_OF_TRUST.test(name))
        refuseField(field, 'A name has letters and digits, and no pictures, check marks or seals.');
    },
  };
};
