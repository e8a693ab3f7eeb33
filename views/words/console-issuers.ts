import { type HtmlValue, html, phrase } from '../html.ts';

const templates = {
  kubernetes: phrase({ en: 'Kubernetes', de: 'Kubernetes' }),
  'github-actions': phrase({ en: 'GitHub Actions', de: 'GitHub Actions' }),
  gitlab: phrase({ en: 'GitLab', de: 'GitLab' }),
  aws: phrase({ en: 'AWS', de: 'AWS' }),
  gcp: phrase({ en: 'Google Cloud', de: 'Google Cloud' }),
  azure: phrase({ en: 'Azure', de: 'Azure' }),
  'spiffe-jwt': phrase({ en: 'SPIFFE (JWT)', de: 'SPIFFE (JWT)' }),
  generic: phrase({ en: 'another platform', de: 'eine andere Plattform' }),
};

/** Trusted issuers of workload tokens. */
export const issuerWords = {
  title: phrase({ en: 'Trusted issuers', de: 'Vertraute Aussteller' }),
  lead: phrase({
    en: 'Platforms whose workload tokens authenticate agents, in place of a key of their own.',
    de: 'Plattformen, deren Workload-Tokens Agenten authentifizieren, statt eines eigenen Schlüssels.',
  }),
  none: phrase({
    en: 'There is no trusted issuer yet. With one, agents authenticate with the tokens of their platform, without a key of their own.',
    de: 'Es gibt noch keinen vertrauten Aussteller. Mit einem authentifizieren sich Agenten mit den Tokens ihrer Plattform, ohne eigenen Schlüssel.',
  }),
  issuer: phrase({ en: 'Issuer', de: 'Aussteller' }),
  make: phrase({ en: 'Trust an issuer', de: 'Einem Aussteller vertrauen' }),
  add: phrase({ en: 'Trust the issuer', de: 'Aussteller vertrauen' }),
  makeLead: phrase({
    en: 'Its tokens authenticate agents with a matching credential.',
    de: 'Seine Tokens authentifizieren Agenten mit passendem Nachweis.',
  }),
  changeTitle: phrase({ en: 'Change a trusted issuer', de: 'Vertrauten Aussteller ändern' }),
  changeLead: phrase({
    en: 'The change applies to the next token.',
    de: 'Die Änderung gilt ab dem nächsten Token.',
  }),
  template: phrase({ en: 'Platform', de: 'Plattform' }),
  templates,
  url: phrase({ en: 'Issuer (iss)', de: 'Aussteller (iss)' }),
  urlHint: phrase({
    en: 'The server compares it exactly. It cannot change later.',
    de: 'Der Server vergleicht ihn genau. Er ändert sich später nicht.',
  }),
  keys: phrase({ en: 'Keys', de: 'Schlüssel' }),
  keysHint: phrase({
    en: 'Leave both empty to let the discovery document of the issuer name the URL.',
    de: 'Lassen Sie beides leer, dann nennt das Discovery-Dokument des Ausstellers die URL.',
  }),
  jwks: phrase({ en: 'Pinned keys (JWKS)', de: 'Feste Schlüssel (JWKS)' }),
  jwksHint: phrase({ en: 'The server then fetches nothing.', de: 'Der Server holt dann nichts.' }),
  maxKeyAge: phrase({ en: 'How long fetched keys stay valid', de: 'Gültigkeit geholter Schlüssel' }),
  maxKeyAgeNote: phrase({
    en: 'It applies while the server cannot fetch new ones.',
    de: 'Sie gilt, solange der Server keine neuen holen kann.',
  }),
  tokens: phrase({ en: 'Tokens', de: 'Tokens' }),
  audience: phrase({ en: 'Audience', de: 'Audience' }),
  audienceHint: phrase({
    en: 'Default: the issuer of this server.',
    de: 'Vorgabe: der Aussteller dieses Servers.',
  }),
  maxAge: phrase({ en: 'Longest token lifetime', de: 'Längste Dauer eines Tokens' }),
  maxAgeNote: phrase({ en: 'It begins with iat.', de: 'Sie beginnt mit iat.' }),
  oneTime: phrase({ en: 'Accept a token with a jti only once', de: 'Ein Token mit jti nur einmal annehmen' }),
  isOneTime: phrase({ en: 'A token is accepted', de: 'Ein Token gilt' }),
  once: phrase({ en: 'once', de: 'einmal' }),
  often: phrase({ en: 'until it expires', de: 'bis zu seinem Ablauf' }),
  health: {
    pinned: phrase({ en: 'pinned', de: 'fest' }),
    unknown: phrase({ en: 'not fetched yet', de: 'noch nicht geholt' }),
    healthy: phrase({ en: 'fetched', de: 'geholt' }),
    unhealthy: phrase({ en: 'cannot be fetched', de: 'nicht zu holen' }),
  },
  fetched: phrase({ en: 'Keys fetched', de: 'Schlüssel geholt' }),
  failure: phrase({ en: 'Why keys cannot be fetched', de: 'Warum sich keine Schlüssel holen lassen' }),
  keysAfter: phrase({ en: 'Keys discarded', de: 'Schlüssel verworfen' }),
  disableTitle: phrase({ en: 'Disable a trusted issuer', de: 'Vertrauten Aussteller sperren' }),
  disableAsked: (name: HtmlValue) =>
    phrase({ en: html`Stop trusting ${name}?`, de: html`${name} nicht mehr vertrauen?` }),
  disableLead: phrase({
    en: 'The server refuses its tokens. Agents that have no other credential cannot authenticate.',
    de: 'Der Server lehnt seine Tokens ab. Agenten ohne anderen Nachweis können sich nicht authentifizieren.',
  }),
  discard: phrase({ en: 'Discard fetched keys', de: 'Geholte Schlüssel verwerfen' }),
  discardAsked: (name: HtmlValue) =>
    phrase({ en: html`Discard the fetched keys of ${name}?`, de: html`Geholte Schlüssel von ${name} verwerfen?` }),
  discardLead: phrase({
    en: 'All nodes fetch its keys anew. Do this after a key of the issuer was stolen, and the issuer removed it.',
    de: 'Alle Knoten holen seine Schlüssel neu. Tun Sie das, wenn ein Schlüssel des Ausstellers gestohlen wurde und er ihn entfernt hat.',
  }),
};
