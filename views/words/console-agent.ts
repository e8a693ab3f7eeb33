import { type HtmlValue, html, phrase } from '../html.ts';

/** The page of one agent. */
export const agentPageWords = {
  title: phrase({ en: 'Agent', de: 'Agent' }),
  asksYou: phrase({ en: 'Waiting for your answer', de: 'Wartet auf Ihre Antwort' }),
  nothingWorks: phrase({ en: 'Blocked', de: 'Gesperrt' }),
  restrictedTitle: phrase({ en: 'Restricted', de: 'Eingeschränkt' }),
  restricted: {
    narrow: (until: HtmlValue) =>
      phrase({
        en: html`It behaved unlike itself. Until ${until} it gets only what it did before: the same APIs and scopes, for the same people.`,
        de: html`Er verhielt sich anders als sonst. Bis ${until} bekommt er nur, was er vorher getan hat: dieselben APIs und Scopes, für dieselben Personen.`,
      }),
    withhold: (until: HtmlValue) =>
      phrase({
        en: html`It behaved unlike itself. Until ${until} it gets only what it did before, and of that nothing of high risk and nothing that people approve.`,
        de: html`Er verhielt sich anders als sonst. Bis ${until} bekommt er nur, was er vorher getan hat, davon nichts mit hohem Risiko und nichts, was Personen freigeben.`,
      }),
    approve: (until: HtmlValue) =>
      phrase({
        en: html`It behaved unlike itself. Until ${until} its owner and the person for whom it acts approve what it did not do before, and what is of high risk.`,
        de: html`Er verhielt sich anders als sonst. Bis ${until} geben sein Eigentümer und die Person, für die er handelt, frei, was er vorher nicht getan hat und was hohes Risiko hat.`,
      }),
  },
  restrictedBy: phrase({ en: 'Why, and who lifts it', de: 'Warum, und wer das aufhebt' }),
  stops: {
    pending: phrase({
      en: 'Its owner has not accepted it yet.',
      de: 'Sein Eigentümer hat ihn noch nicht angenommen.',
    }),
    suspended: phrase({
      en: 'It is suspended. It can do nothing until its owner or an operator resumes it.',
      de: 'Er ist ausgesetzt. Er kann nichts tun, bis sein Eigentümer oder ein Operator ihn fortsetzt.',
    }),
    suspended_for_security: phrase({
      en: 'It was suspended for security. Its owner cannot resume it: an operator who does not own it decides.',
      de: 'Er ist aus Sicherheitsgründen ausgesetzt. Sein Eigentümer kann ihn nicht fortsetzen: Das entscheidet eine Person mit der Rolle operator, der er nicht gehört.',
    }),
    orphaned: phrase({
      en: 'It has no owner: its owner is gone. It is frozen until a new owner accepts it.',
      de: 'Er hat keinen Eigentümer mehr. Er ist eingefroren, bis ein neuer ihn annimmt.',
    }),
    retired: phrase({ en: 'It is retired for good.', de: 'Er ist endgültig stillgelegt.' }),
    owner_gone: phrase({
      en: 'It has no owner any more.',
      de: 'Er hat keinen Eigentümer mehr.',
    }),
    expired: phrase({ en: 'It is expired.', de: 'Er ist abgelaufen.' }),
    emergency: phrase({ en: 'It was stopped in an emergency.', de: 'Er wurde mit dem Notaus angehalten.' }),
    blueprint_unknown: phrase({
      en: 'Its blueprint is not there, or was never activated.',
      de: 'Seinen Blueprint gibt es nicht, oder er wurde nie aktiviert.',
    }),
    environment_not_allowed: phrase({
      en: 'Its blueprint does not allow its environment.',
      de: 'Sein Blueprint erlaubt seine Umgebung nicht.',
    }),
    composition_not_allowed: phrase({
      en: 'Its blueprint does not allow what it is made of.',
      de: 'Sein Blueprint erlaubt nicht, woraus er besteht.',
    }),
    authentication_not_allowed: phrase({
      en: 'Its blueprint allows none of its credentials.',
      de: 'Sein Blueprint erlaubt keinen seiner Nachweise.',
    }),
  },
  lastUse: (time: HtmlValue) => phrase({ en: html`Last use: ${time}.`, de: html`Zuletzt benutzt: ${time}.` }),
  whatItDid: phrase({ en: 'See what it did', de: 'Ansehen, was er tat' }),
  ends: (time: HtmlValue) => phrase({ en: html`Ends ${time}.`, de: html`Endet ${time}.` }),
  offeredTo: (who: HtmlValue) =>
    phrase({
      en: html`Offered to ${who}, who has not accepted it yet.`,
      de: html`Angeboten: ${who}, aber noch nicht angenommen.`,
    }),
  offeredUntil: (when: HtmlValue) =>
    phrase({
      en: html`A successor rule proposed this, until ${when}.`,
      de: html`Eine Nachfolgeregel hat das vorgeschlagen, bis ${when}.`,
    }),
  askedBefore: (who: HtmlValue) => phrase({ en: html`Asked before: ${who}.`, de: html`Vorher gefragt: ${who}.` }),
  withoutSuccessor: phrase({
    en: 'The successor rules name no further successor: offer it to a new owner.',
    de: 'Die Nachfolgeregeln nennen niemanden mehr: Bieten Sie ihn einem neuen Eigentümer an.',
  }),
  suspend: phrase({ en: 'Suspend', de: 'Aussetzen' }),
  resume: phrase({ en: 'Resume', de: 'Fortsetzen' }),
  withdraw: phrase({ en: 'Withdraw the offer', de: 'Angebot zurücknehmen' }),
  change: phrase({ en: 'Change', de: 'Ändern' }),
  offer: phrase({ en: 'Offer to a new owner', de: 'Neuem Eigentümer anbieten' }),
  handOver: phrase({ en: 'Hand over', de: 'Übergeben' }),
  retire: phrase({ en: 'Retire', de: 'Stilllegen' }),
  who: phrase({ en: 'Identity', de: 'Identität' }),
  notVerified: phrase({ en: 'not verified', de: 'nicht geprüft' }),
  facts: {
    name: phrase({ en: 'Name', de: 'Name' }),
    owner: phrase({ en: 'Owner', de: 'Eigentümer' }),
    sponsor: phrase({ en: 'Sponsor', de: 'Fürsprecher' }),
    uses: phrase({ en: 'May be used for', de: 'Verwendungszweck' }),
    environment: phrase({ en: 'Environment', de: 'Umgebung' }),
    blueprint: phrase({ en: 'Blueprint', de: 'Blueprint' }),
    provider: phrase({ en: 'Made by', de: 'Hersteller' }),
    contact: phrase({ en: 'Contact', de: 'Kontakt' }),
    redirects: phrase({ en: 'Redirect URIs', de: 'Redirect-URIs' }),
    registered: phrase({ en: 'Registered', de: 'Registriert' }),
    accepted: phrase({ en: 'Accepted', de: 'Angenommen' }),
    composition: phrase({ en: 'Composition', de: 'Zusammensetzung' }),
  },
  blueprint: (name: HtmlValue, version: number) =>
    phrase({ en: html`${name}, version ${version}`, de: html`${name}, Version ${version}` }),
};

/** Its credentials, its instances, and events by it and about it. */
export const agentFactWords = {
  credentials: phrase({ en: 'Credentials', de: 'Zugangsdaten' }),
  addKeys: phrase({ en: 'Add keys', de: 'Schlüssel hinzufügen' }),
  nothingToProve: phrase({
    en: 'It has nothing to prove itself with: it cannot get a token.',
    de: 'Er hat nichts, womit er sich ausweist: Er kann kein Token bekommen.',
  }),
  credentialStates: {
    active: phrase({ en: 'active', de: 'aktiv' }),
    suspended: phrase({ en: 'suspended', de: 'angehalten' }),
    expired: phrase({ en: 'expired', de: 'abgelaufen' }),
  },
  notAllowed: phrase({ en: 'not allowed', de: 'nicht erlaubt' }),
  wayNotAllowed: phrase({
    en: 'Its blueprint does not allow this way: it proves nothing.',
    de: 'Sein Blueprint erlaubt diese Art nicht: Sie beweist nichts.',
  }),
  kinds: {
    jwks: phrase({ en: 'Public keys', de: 'Öffentliche Schlüssel' }),
    jwks_uri: phrase({ en: 'Public keys it serves', de: 'Öffentliche Schlüssel, die er anbietet' }),
    federated: phrase({ en: 'Workload identity', de: 'Workload-Identität' }),
    mtls: phrase({ en: 'Certificate', de: 'Zertifikat' }),
    attested: phrase({ en: 'Attestation', de: 'Attestierung' }),
    secret: phrase({ en: 'Secret', de: 'Geheimnis' }),
  },
  facts: {
    key: phrase({ en: 'Key', de: 'Schlüssel' }),
    jwksUri: phrase({ en: 'Served at', de: 'Angeboten unter' }),
    issuer: phrase({ en: 'Issuer', de: 'Aussteller' }),
    subject: phrase({ en: 'Subject', de: 'Subjekt' }),
    claims: phrase({ en: 'Claims', de: 'Angaben' }),
    attester: phrase({ en: 'Attester', de: 'Attestiert von' }),
    reason: phrase({ en: 'Reason', de: 'Grund' }),
    subjectDn: phrase({ en: 'Subject of the certificate', de: 'Inhaber des Zertifikats' }),
    sanDns: phrase({ en: 'DNS name', de: 'DNS-Name' }),
    sanUri: phrase({ en: 'URI', de: 'URI' }),
    sanEmail: phrase({ en: 'E-mail address', de: 'E-Mail-Adresse' }),
    sanIp: phrase({ en: 'Address', de: 'Adresse' }),
    spiffeTrustDomain: phrase({ en: 'SPIFFE trust domain', de: 'SPIFFE-Vertrauensdomäne' }),
    spiffePath: phrase({ en: 'SPIFFE path', de: 'SPIFFE-Pfad' }),
    thumbprints: phrase({ en: 'Certificates (SHA-256)', de: 'Zertifikate (SHA-256)' }),
  },
  way: phrase({ en: 'Kind', de: 'Art' }),
  since: phrase({ en: 'Since', de: 'Seit' }),
  ends: phrase({ en: 'Ends', de: 'Endet' }),
  notByItself: phrase({ en: 'never', de: 'nie' }),
  id: phrase({ en: 'Id', de: 'Kennung' }),
  stop: phrase({ en: 'Suspend', de: 'Anhalten' }),
  letCount: phrase({ en: 'Resume', de: 'Gelten lassen' }),
  remove: phrase({ en: 'Remove', de: 'Entfernen' }),
  instances: phrase({ en: 'Instances', de: 'Instanzen' }),
  instancesHint: phrase({
    en: 'Instances, each with its own key. Ending one leaves the others alone.',
    de: 'Jede hat ihren eigenen Schlüssel. Wird eine beendet, laufen die anderen weiter.',
  }),
  copy: phrase({ en: 'Instance', de: 'Instanz' }),
  over: phrase({ en: 'Expires', de: 'Läuft ab' }),
  end: phrase({ en: 'End', de: 'Beenden' }),
  noName: phrase({ en: 'No name', de: 'Ohne Namen' }),
  instanceStates: {
    active: phrase({ en: 'running', de: 'läuft' }),
    over_limit: phrase({ en: 'beyond the limit', de: 'über der Grenze' }),
    expired: phrase({ en: 'expired', de: 'abgelaufen' }),
    ended: phrase({ en: 'ended', de: 'beendet' }),
  },
  timeline: phrase({ en: 'Timeline', de: 'Verlauf' }),
  nothingYet: phrase({ en: 'Nothing has happened yet.', de: 'Noch ist nichts geschehen.' }),
  when: phrase({ en: 'When', de: 'Wann' }),
  what: phrase({ en: 'What', de: 'Was' }),
  who: phrase({ en: 'Who', de: 'Wer' }),
  where: phrase({ en: 'Where', de: 'Wo' }),
  thisServer: phrase({ en: 'This server', de: 'Dieser Server' }),
};
