/** What ends a host in a URL, or stands for something else there. */
const NO_HOST = /[/?#:\\[\]@%\s]/;

/** A domain as DNS has it: lower case and ASCII (RFC 5890, by the host parser of the URL standard); '' for what is none. */
export const asciiDomain = (written: string): string => {
  const url = `http://${written}`;
  return written === '' || NO_HOST.test(written) || !URL.canParse(url) ? '' : new URL(url).hostname;
};
