/** Characters that end a host in a URL, have another meaning there, or are left out: a control character at the end. */
const NO_HOST = /[/?#:\\[\]@%\s\p{Cc}]/u;

/**
 * A domain in its DNS form: lower case and ASCII (RFC 5890, by the host parser of the URL standard). '' for input
 * that is no domain.
 */
export const asciiDomain = (written: string): string => {
  const url = `http://${written}`;
  return written === '' || NO_HOST.test(written) || !URL.canParse(url) ? '' : new URL(url).hostname;
};
