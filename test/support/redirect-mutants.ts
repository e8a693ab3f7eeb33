/** Redirect URIs that differ from a registered one in a way some comparison once overlooked; the same ones each time. */

const INSERTED = [
  '/',
  '.',
  '%2e',
  '%2f',
  '\\',
  '@',
  '#',
  '?',
  ';',
  ' ',
  '\t',
  '\u0000',
  '\u2024',
  '\u3002',
  '%00',
  '*',
];

const CHANGED: readonly ((uri: URL, text: string) => string)[] = [
  (_, text) => `${text}/`,
  (_, text) => `${text}/.`,
  (_, text) => `${text}/../callback`,
  (_, text) => `${text}?`,
  (_, text) => `${text}#`,
  (_, text) => `${text}#fragment`,
  (_, text) => `${text}?x=1`,
  (_, text) => `${text}&x=1`,
  (_, text) => `${text}%20`,
  (_, text) => ` ${text}`,
  (_, text) => `${text}\n`,
  (_, text) => `${text},https://evil.example`,
  (_, text) => `https://evil.example/?${text}`,
  (_, text) => `https://evil.example#${text}`,
  (_, text) => `//${text.split('://')[1] ?? 'evil.example'}`,
  (_, text) => text.toUpperCase(),
  (_, text) => text.replace(/^https?:/, 'HTTP:'),
  (_, text) => text.replace('/callback', '/Callback').replace('/other', '/Other'),
  (_, text) => text.replace('://', ':///'),
  (_, text) => text.replace('://', ':/'),
  (_, text) => text.replace('://', ':\\\\'),
  (_, text) => text.replace('://', '://evil.example@'),
  (_, text) => text.replace('://', '://user:password@'),
  (_, text) => text.replace('://', '://evil.example\\@'),
  (_, text) => text.replace('://', '://evil.example%2f@'),
  ({ host }, text) => text.replace(host, `${host}.evil.example`),
  ({ host }, text) => text.replace(host, `${host}.`),
  ({ host }, text) => text.replace(host, `evil.example/${host}`),
  ({ host }, text) => text.replace(host, `evil-${host}`),
  ({ host }, text) => text.replace(host, `sub.${host}`),
  ({ hostname }, text) => text.replace(hostname, hostname.replaceAll('.', '\u3002')),
  ({ hostname }, text) => text.replace(hostname, hostname.replaceAll('.', '%2e')),
  ({ hostname }, text) => text.replace(hostname, hostname.replace('e', '\u0435').replace('1', '\uff11')),
  ({ pathname }, text) => text.replace(pathname, `/x/..${pathname}`),
  ({ pathname }, text) => text.replace(pathname, `/.${pathname}`),
  ({ pathname }, text) => text.replace(pathname, `//${pathname}`),
  ({ pathname }, text) => text.replace(pathname, pathname.replace('a', '%61').replace('o', '%6f')),
  (_, text) => (text.startsWith('https:') ? text.replace('https:', 'http:') : text.replace(/^[a-z.]+:/, 'https:')),
  (_, text) => text.replace('tenant=1', 'tenant=1&tenant=2'),
  (_, text) => text.replace('tenant=1', 'Tenant=1'),
  ({ hostname }, text) => (text.startsWith('https:') ? text.replace(hostname, `${hostname}:443`) : `${text}:80`),
  ({ hostname }, text) => (text.startsWith('https:') ? text.replace(hostname, `${hostname}:8443`) : `${text}/:80`),
];

/** All different from `text`, apart from the port of a native app, which exact comparison ignores. */
export const redirectMutants = (text: string): readonly string[] => {
  const uri = new URL(text);
  const mutants = new Set(CHANGED.map((change) => change(uri, text)));
  for (let at = 1; at < text.length; at += 2) {
    const inserted = INSERTED[at % INSERTED.length] ?? '/';
    for (const one of [inserted, INSERTED[(at + 5) % INSERTED.length] ?? '.', 'x']) {
      mutants.add(text.slice(0, at) + one + text.slice(at));
    }
    mutants.add(text.slice(0, at) + text.slice(at + 1));
    mutants.add(text.slice(0, at));
    const letter = text.charAt(at);
    mutants.add(
      text.slice(0, at) +
        (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()) +
        text.slice(at + 1),
    );
  }
  mutants.delete(text);
  return [...mutants].filter((mutant) => !isOtherPort(mutant, text));
};

/** RFC 8252 §7.3 lets a native app's loopback port differ; test AZ-03 is about that. */
const isOtherPort = (mutant: string, text: string): boolean => {
  const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::\d{0,5})?(\/.*)$/;
  const [, host, path] = loopback.exec(mutant) ?? [];
  const [, wantedHost, wantedPath] = loopback.exec(text) ?? [];
  return host !== undefined && host === wantedHost && path === wantedPath;
};
