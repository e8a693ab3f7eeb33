import { phrase } from '../html.ts';

/** The style guide, in development only, and the text of its examples. */
export const styleguideWords = {
  /** Parts whose export name says too little to a reader. */
  partNames: {
    deeds: phrase({ en: 'What is asked, with its risk', de: 'Worum gebeten wird, mit dem Risiko' }),
    deedList: phrase({ en: 'What is asked, as a list', de: 'Worum gebeten wird, als Liste' }),
    deedLine: phrase({ en: 'What is asked, in one line', de: 'Worum gebeten wird, in einer Zeile' }),
    deedTitle: phrase({ en: 'What is asked, as a title', de: 'Worum gebeten wird, als Titel' }),
    slotNote: phrase({ en: 'Acting for another approver', de: 'Für eine andere Person entscheiden' }),
  },
  title: phrase({ en: 'Style guide', de: 'Gestaltung' }),
  lead: phrase({
    en: 'The parts that pages are made of, each in all its variants. Only served in development.',
    de: 'Woraus Seiten bestehen, in jedem Zustand. Nur in der Entwicklung vorhanden.',
  }),
  schemes: phrase({ en: 'Colour scheme', de: 'Farbschema' }),
  scheme: {
    auto: phrase({ en: 'As the browser', de: 'Wie der Browser' }),
    light: phrase({ en: 'Light', de: 'Hell' }),
    dark: phrase({ en: 'Dark', de: 'Dunkel' }),
  },
  colours: phrase({ en: 'Colours', de: 'Farben' }),
  type: phrase({ en: 'Type', de: 'Schrift' }),
  parts: phrase({ en: 'Parts', de: 'Bausteine' }),
  index: phrase({ en: 'Index', de: 'Verzeichnis' }),
  basics: phrase({ en: 'Basics', de: 'Grundlagen' }),
  groups: {
    controls: phrase({ en: 'Forms and buttons', de: 'Formulare und Schaltflächen' }),
    agents: phrase({ en: 'States and agents', de: 'Zustände und Agenten' }),
    rights: phrase({ en: 'Rights', de: 'Rechte' }),
    approvals: phrase({ en: 'Approvals', de: 'Freigaben' }),
    lists: phrase({ en: 'Lists and texts', de: 'Listen und Texte' }),
    charts: phrase({ en: 'Figures', de: 'Zahlen' }),
  },
  uses: {
    big: phrase({ en: 'Amount', de: 'Betrag' }),
    title: phrase({ en: 'Title of a page', de: 'Titel einer Seite' }),
    section: phrase({ en: 'Section', de: 'Abschnitt' }),
    part: phrase({ en: 'Part of a section', de: 'Teil eines Abschnitts' }),
    lead: phrase({ en: 'Below a title', de: 'Unter einem Titel' }),
    text: phrase({ en: 'Text', de: 'Text' }),
    hint: phrase({ en: 'Hint at a field', de: 'Hinweis an einem Feld' }),
    code: phrase({ en: 'Id, scope', de: 'Kennung, Scope' }),
    bigCode: phrase({ en: 'Code to compare', de: 'Code zum Vergleichen' }),
    empty: phrase({ en: 'Empty list', de: 'Leere Liste' }),
  },
  samples: {
    amount: phrase({ en: '€1,250.00', de: '1.250,00 €' }),
    section: phrase({ en: 'What it permits', de: 'Was sie erlaubt' }),
    part: phrase({ en: 'By scope', de: 'Nach Scope' }),
    lead: phrase({
      en: 'The change applies at the next decision.',
      de: 'Die Änderung gilt ab der nächsten Entscheidung.',
    }),
    hint: phrase({ en: 'A name or an id.', de: 'Ein Name oder eine Kennung.' }),
    empty: phrase({ en: 'There is no budget yet.', de: 'Es gibt noch kein Budget.' }),
  },
  sample: phrase({ en: 'Decide what an agent may do', de: 'Entscheiden, was ein Agent darf' }),
  running: phrase({
    en: 'A person who accepts an agent owns it.',
    de: 'Wer einen Agenten annimmt, ist sein Eigentümer.',
  }),
  label: phrase({ en: 'Name', de: 'Name' }),
  hint: phrase({ en: 'What people read.', de: 'Was Personen lesen.' }),
  error: phrase({ en: 'This is too long.', de: 'Das ist zu lang.' }),
  button: phrase({ en: 'Save', de: 'Speichern' }),
  buttons: {
    primary: phrase({ en: 'Save', de: 'Speichern' }),
    plain: phrase({ en: 'Cancel', de: 'Abbrechen' }),
    danger: phrase({ en: 'Disable', de: 'Sperren' }),
    destructive: phrase({ en: 'Delete for good', de: 'Endgültig löschen' }),
    quiet: phrase({ en: 'Not you?', de: 'Nicht Sie?' }),
  },
  one: phrase({ en: 'One', de: 'Eins' }),
  two: phrase({ en: 'Two', de: 'Zwei' }),
};

const NOON = 1_790_000_000;

const planner = {
  id: 'agt_7Vn2kQeX',
  name: 'Travel planner',
  ownerName: 'Alice',
  purpose: 'Finds free days and books the trips people ask for.',
  environment: 'production',
  isVerified: true,
} as const;
const payer = {
  id: 'agt_p4Lm9TzC',
  name: 'Invoice payer',
  ownerName: 'Platform team',
  purpose: 'Pays invoices that were checked.',
  environment: 'test',
  state: 'suspended',
} as const;

const payment = {
  type: 'payment',
  about: 'Payments from your accounts',
  risk: 'critical',
  sentence: [
    { text: 'Pay ' },
    { member: 'amount', value: '1250' },
    { text: ' EUR to ' },
    { member: 'creditor', value: 'Nordwind Energy AG' },
    { text: ', until ' },
    { member: 'execute_before', value: undefined },
  ],
  more: [{ member: 'reference', value: 'Invoice 2026-118' }],
} as const;

const approval = {
  id: 'apv_1',
  href: '#apv_1',
  state: 'open',
  channel: 'backchannel',
  risk: 'critical',
  resource: { identifier: 'https://payments.example.com', name: 'Payments' },
  scopes: [{ name: 'payments:create', description: 'Pay from your accounts', risk: 'critical' }],
  details: [payment],
  unreadable: [],
  exact: ['[', '  "creditor": "Nordwind Energy AG"', ']'],
  isCut: false,
  agent: payer,
  through: [planner],
  onBehalfOf: { name: 'Alice', isYou: true },
  askedAt: NOON,
  now: NOON,
  until: NOON + 600,
  goodForSeconds: 300,
  quorum: 2,
  people: [
    { name: 'Alice', isYou: true, hasAgreed: false, isNeeded: true },
    { name: 'Bob', isYou: false, hasAgreed: true, isNeeded: false },
  ],
  message: 'Approved by finance already. Just press Approve.',
  warnings: [],
} as const;

/** As a user would have written it: the same in all languages. */
export const styleguideSamples = {
  noon: NOON,
  planner,
  payer,
  payment,
  approval,
  deletion: {
    ...approval,
    id: 'apv_2',
    risk: 'medium',
    details: [],
    exact: [],
    scopes: [{ name: 'events:write', description: 'Add and move events', risk: 'medium' }],
  } as const,
  person: 'Alice',
  reason: 'The bank closes at noon, and no approver can be reached.',
  scopes: [
    { name: 'events:read', description: 'See events', risk: 'low' },
    { name: 'events:write', description: 'Add and move events', risk: 'medium' },
    { name: 'events:delete', description: 'Remove events for good', risk: 'high' },
    { name: 'pay', description: 'Pay from your accounts', risk: 'critical' },
  ] as const,
  resource: { identifier: 'https://calendar.example.com', name: 'Team calendar' },
  policy: 'permit (\n  principal,\n  action == Action::"delegate",\n  resource\n);',
  policyLine: '  principal is Agent,',
  browser: { family: 'Firefox', system: 'Android' },
  code: 'WDJB-MJHT',
  policyReason: 'Low risk needs no approval.',
  link: 'otpauth://totp/Behalf:alice?secret=JBSWY3DPEHPK3PXP',
};
