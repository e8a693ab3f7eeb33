import type { Identifiers } from '../../ports/identifiers.ts';

/** Codes of one sheet. */
export const RECOVERY_CODES = 10;

const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const LENGTH = 16;

/** 80 random bits in four groups of characters that are not confused with each other. */
export const recoveryCode = (identifiers: Pick<Identifiers, 'newSecret'>): string => {
  const bytes = Buffer.from(identifiers.newSecret(), 'base64url').subarray(0, LENGTH);
  // The alphabet has 32 characters, so each is uniform.
  const text = [...bytes].map((byte) => ALPHABET[byte & 31]).join('');
  return (text.match(/.{4}/g) ?? []).join('-');
};

/** A typed code in its canonical form; undefined for input that cannot be one. */
export const normalRecoveryCode = (typed: string): string | undefined => {
  const code = typed.slice(0, 64).toLowerCase().replace(/[\s-]/g, '');
  return code.length === LENGTH && [...code].every((character) => ALPHABET.includes(character)) ? code : undefined;
};
