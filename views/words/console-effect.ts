import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

/** What an agent may do in effect, and why not more. */
export const effectWords = {
  title: phrase({ en: 'Effective permissions', de: 'Wirksame Berechtigungen' }),
  basis: {
    nothing: phrase({ en: 'It can get no token at all.', de: 'Er kann überhaupt kein Token bekommen.' }),
    ofPeople: phrase({
      en: 'It has no rights of its own: only what a person allows it, within the limits below.',
      de: 'Er hat keine eigenen Rechte: nur, was eine Person ihm erlaubt, in den Grenzen unten.',
    }),
    alone: phrase({
      en: 'It acts for itself only, and has no rights of its own: it may do nothing.',
      de: 'Er handelt nur für sich und hat keine eigenen Rechte: Er darf nichts.',
    }),
    both: phrase({
      en: 'It may use its own rights by itself. For a person it may do what that person allows it of them.',
      de: 'Seine eigenen Rechte darf er allein nutzen. Für eine Person darf er davon tun, was sie ihm erlaubt.',
    }),
    ownOnly: phrase({
      en: 'It uses only its own rights, and acts for no person.',
      de: 'Er nutzt seine eigenen Rechte allein und handelt für niemanden.',
    }),
    peopleOnly: phrase({
      en: 'For a person it may do what that person allows it of its own rights. It does nothing by itself.',
      de: 'Für eine Person darf er von seinen eigenen Rechten tun, was sie ihm erlaubt. Allein tut er nichts.',
    }),
  },
  refused: {
    agent: phrase({ en: 'It was not given this right.', de: 'Dieses Recht wurde ihm nicht gegeben.' }),
    itself: phrase({
      en: 'It was narrowed below this at its registration.',
      de: 'Bei seiner Registrierung wurde er enger gefasst.',
    }),
    blueprint: phrase({ en: 'Its blueprint does not allow it.', de: 'Sein Blueprint erlaubt es nicht.' }),
    environment: phrase({
      en: 'The resource server takes no agents of its environment.',
      de: 'Der Ressourcenserver nimmt keine Agenten seiner Umgebung.',
    }),
    approval: phrase({ en: 'It needs an approval each time.', de: 'Es braucht jedes Mal eine Freigabe.' }),
    resource_server: phrase({
      en: 'The resource server does not offer it any more.',
      de: 'Der Ressourcenserver bietet es nicht mehr an.',
    }),
  },
  at: (name: HtmlValue, host: HtmlValue) => phrase({ en: html`At ${name} ${host}`, de: html`Bei ${name} ${host}` }),
  scope: phrase({ en: 'Scope', de: 'Berechtigung' }),
  risk: phrase({ en: 'Risk', de: 'Risiko' }),
  inEffect: phrase({ en: 'In effect', de: 'Tatsächlich' }),
  yes: phrase({ en: 'Yes', de: 'Ja' }),
  ifAllowed: phrase({ en: 'If a person allows it', de: 'Wenn eine Person es erlaubt' }),
  no: phrase({ en: 'No.', de: 'Nein.' }),
  limits: phrase({ en: 'Limits', de: 'Grenzen' }),
  takesTokensAs: phrase({ en: 'Takes tokens as', de: 'Nimmt Tokens an als' }),
  exchanges: phrase({ en: 'and exchanges them for its own', de: 'und tauscht sie gegen eigene' }),
  from: {
    blueprint: phrase({ en: 'from its blueprint', de: 'aus seinem Blueprint' }),
    itself: phrase({ en: 'narrowed for this agent', de: 'für diesen Agenten enger gefasst' }),
    both: phrase({ en: 'from its blueprint and this agent', de: 'aus seinem Blueprint und diesem Agenten' }),
    registration: phrase({ en: 'from its registration', de: 'aus seiner Registrierung' }),
  },
  getsTokens: phrase({ en: 'Grant types', de: 'Grant-Typen' }),
  inNoWay: phrase({ en: 'in no way', de: 'auf keine Weise' }),
  notAnyMore: phrase({ en: 'Not any more', de: 'Nicht mehr' }),
  boundToKey: phrase({ en: 'Tokens bound to a key', de: 'Tokens an einen Schlüssel gebunden' }),
  always: phrase({ en: 'always (DPoP)', de: 'immer (DPoP)' }),
  ifAsked: phrase({ en: 'if it asks for it', de: 'wenn er es verlangt' }),
};

/** Ceilings, of an agent and of a blueprint. */
export const ceilingWords = {
  none: phrase({ en: 'none', de: 'keine' }),
  atMost: (value: HtmlValue) => phrase({ en: html`at most ${value}`, de: html`höchstens ${value}` }),
  hops: (count: number) =>
    phrase({
      en: count === 0 ? 'no hop' : count === 1 ? 'one hop' : `at most ${count} hops`,
      de: count === 0 ? 'nicht weiter' : count === 1 ? 'ein Schritt' : `höchstens ${count} Schritte`,
    }),
  noLimit: phrase({ en: 'no limit', de: 'keine Grenze' }),
  toKey: phrase({ en: 'always bound to a key (DPoP)', de: 'immer an einen Schlüssel gebunden (DPoP)' }),
  /** What follows when an agent runs with another composition than its own. */
  driftActions: {
    note: phrase({ en: 'notify the owner', de: 'Eigentümer benachrichtigen' }),
    approve: phrase({ en: 'ask the owner to approve it', de: 'Eigentümer um Freigabe bitten' }),
    suspend: phrase({ en: 'suspend the agent', de: 'Agenten aussetzen' }),
  },
  named: (count: number) => phrase({ en: `${count} named`, de: `${count} benannt` }),
  names: {
    authority: phrase({ en: 'Scopes', de: 'Scopes' }),
    approvals: phrase({ en: 'With an approval each time', de: 'Jedes Mal mit Freigabe' }),
    grantTypes: phrase({ en: 'Grant types', de: 'Grant-Typen' }),
    senderConstraint: phrase({ en: 'Tokens', de: 'Tokens' }),
    maxAgents: phrase({ en: 'Agents', de: 'Agenten' }),
    authenticationMethods: phrase({ en: 'Authentication', de: 'Authentifizierung' }),
    maxAccessTokenSeconds: phrase({ en: 'Access token lifetime', de: 'Dauer eines Access-Tokens' }),
    maxGrantSeconds: phrase({ en: 'Grant lifetime', de: 'Dauer eines Grants' }),
    maxDelegationSeconds: phrase({ en: 'Delegation lifetime', de: 'Dauer einer Delegation' }),
    maxDelegationDepth: phrase({ en: 'Re-delegation', de: 'Weitergabe' }),
    environments: phrase({ en: 'Environments', de: 'Umgebungen' }),
    detailTypes: phrase({ en: 'Authorization details', de: 'Autorisierungsdetails' }),
    compositions: phrase({ en: 'Compositions', de: 'Zusammensetzungen' }),
    compositionDrift: phrase({ en: 'Another composition', de: 'Andere Zusammensetzung' }),
    maxInstances: phrase({ en: 'Instances', de: 'Instanzen' }),
  } satisfies Readonly<Record<string, Phrase>>,
};
