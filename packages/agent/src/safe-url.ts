const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

/** What programs read differently: `https://id.example.com\@evil.example/` has the host evil.example for some of them. */
const AMBIGUOUS = /[\s\\\p{Cc}]/u;
const WRITTEN_OUT = /^https?:\/\//i;

/** Whether requests with credentials may go to a URL: https, or http on loopback for development; no user name or password. */
export const isSafeUrl = (value: unknown): value is string => {
  if (typeof value !== 'string' || AMBIGUOUS.test(value) || !WRITTEN_OUT.test(value) || !URL.canParse(value))
    return false;
  const { protocol, hostname, username, password } = new URL(value);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
};
