import { asciiDomain } from './ascii-domain.ts';

/**
 * The key by which e-mail addresses are compared: two spellings of one mailbox have one key. The domain is compared as
 * DNS does, in its ASCII form (RFC 5890), without a trailing dot. The local part is compared without regard to case.
 * RFC 5321 §2.4 lets a host distinguish cases, but no major provider does, and two users whose addresses differ only in
 * case would be confused. A non-ASCII letter never becomes an ASCII one (the Kelvin sign is not k). Not for sending:
 * mail goes to the stored address.
 */
export const emailKey = (address: string): string => {
  const at = address.lastIndexOf('@');
  const local = [...address.slice(0, Math.max(at, 0))].map(lowered).join('').normalize('NFC');
  const domain = address.slice(at + 1).replace(/\.$/, '');
  return `${local}@${asciiDomain(domain) || domain.toLowerCase()}`;
};

/** A private-use character: no address of an account has it. */
const MARK = '\ue000';

const isAscii = (text: string): boolean => /^\p{ASCII}*$/u.test(text);

const lowered = (letter: string): string => {
  const small = letter.normalize('NFC').toLowerCase();
  return isAscii(small) && !isAscii(letter) ? `${MARK}${letter.codePointAt(0)?.toString(16)}` : small;
};
