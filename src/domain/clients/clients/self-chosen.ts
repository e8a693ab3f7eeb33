/**
 * Rules for what software states about itself without review. Its names must not be ours and must not claim trust, and
 * its addresses must not be ours. Called where clients register themselves, where a metadata document is read, and
 * where a user without a role registers an agent.
 */

import { SIGN_OF_TRUST, WORDS_OF_TRUST } from '../../platform/display-names/marks-of-trust.ts';
import { nameFinder } from '../../platform/display-names/name-runs.ts';
import { clientRefusal } from './client-refusals.ts';
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
        throw clientRefusal('name_reserved', { field, params: { name: ours } });
      }
      const word = trustIn(name);
      if (word !== undefined) {
        throw clientRefusal('name_vouches_for_itself', { field, params: { word } });
      }
      if (SIGN_OF_TRUST.test(name)) throw clientRefusal('name_has_pictures', { field });
    },
  };
};
