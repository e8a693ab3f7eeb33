import { phrase } from '../html.ts';

/** The style guide, in development only, and the text of its examples. */
export const styleguideWords = {
  title: phrase({ en: 'Style guide', de: 'Gestaltung' }),
  lead: phrase({
    en: 'What pages are made of, in each of its states. It is here in development only.',
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
  sample: phrase({ en: 'Decide what an agent may do', de: 'Entscheiden, was ein Agent darf' }),
  running: phrase({
    en: 'A person who accepts an agent owns it.',
    de: 'Wer einen Agenten annimmt, ist sein Eigentümer.',
  }),
  label: phrase({ en: 'Name', de: 'Name' }),
  hint: phrase({ en: 'What people read.', de: 'Was Personen lesen.' }),
  error: phrase({ en: 'This is too long.', de: 'Das ist zu lang.' }),
  button: phrase({ en: 'Save', de: 'Speichern' }),
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
