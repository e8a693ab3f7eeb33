/** The forms that create and change a trusted transmitter. */
import type { Html } from '../../../views/html.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { securityEventWords } from '../../../views/words/console-signals.ts';
import { pollWords } from '../../../views/words/console-transmitter-polls.ts';
import { transmitterWords as words } from '../../../views/words/console-transmitters.ts';
import { DEFAULT_EFFECTS, RECEIVED_EVENTS, SIGNAL_EFFECTS } from '../../domain/signals/receiver/transmitter.ts';
import { checkedField, lineField, manyField, namedField, numberField, secretField, timeField } from './form-fields.ts';
import type { ObjectFormSpec, SectionSpec, Shown } from './object-form-spec.ts';
import { chosenHeading } from './object-names.ts';
import { withoutEndedClient } from './token-client-fields.ts';

export const TRANSMITTERS = '/console/transmitters';

const DAY = 86_400;

const EFFECTS = SIGNAL_EFFECTS.map((value) => ({ value, text: words.effectNames[value] }));

const SECTIONS: readonly SectionSpec[] = [
  {
    title: objectWords.identity,
    fields: [
      { name: 'name', label: fieldWords.name, kind: lineField(100) },
      { name: 'issuer', label: words.issuer, hint: words.issuerHint, kind: lineField(512) },
      {
        name: 'upstream',
        label: words.upstream,
        hint: words.upstreamHint,
        kind: { ...namedField('upstream'), isList: true },
      },
      {
        ...{ name: 'jwks_uri', label: fieldWords.keysUrl, hint: words.keysHint, optional: true },
        kind: lineField(2048),
      },
      { name: 'audience', label: words.audience, hint: words.audienceHint, optional: true, kind: lineField(512) },
    ],
  },
  {
    ...{ title: pollWords.section, hint: pollWords.sectionHint },
    fields: [
      { name: 'poll_url', label: pollWords.url, hint: pollWords.urlHint, kind: lineField(2048), optional: true },
      {
        ...{ name: 'poll_token', label: pollWords.token, hint: pollWords.tokenHint, only: 'new', optional: true },
        kind: secretField(4096),
      },
      {
        ...{ name: 'poll_token', label: pollWords.token, hint: pollWords.tokenKept, only: 'change', optional: true },
        kind: secretField(4096),
      },
      {
        ...{ name: 'poll_seconds', label: pollWords.interval, optional: true },
        kind: { ...numberField(pollWords.intervalHint), emptied: 0 },
      },
    ],
  },
  {
    ...{ title: pollWords.tokens, hint: pollWords.tokensHint, isFolded: true },
    fields: [
      {
        ...{ name: 'poll_token_endpoint', label: pollWords.endpoint, hint: pollWords.endpointHint, optional: true },
        kind: lineField(2048),
      },
      {
        name: 'poll_client_id',
        label: pollWords.client,
        hint: pollWords.clientHint,
        kind: lineField(512),
        optional: true,
      },
      {
        ...{ name: 'poll_client_authentication', label: pollWords.hasSecret, hint: pollWords.hasSecretHint },
        ...{ kind: checkedField('client_secret_basic', 'private_key_jwt'), optional: true },
      },
      {
        ...{ name: 'poll_client_secret', label: fieldWords.clientSecret, hint: pollWords.secretHint, optional: true },
        kind: secretField(1024),
      },
      {
        ...{ name: 'poll_client_audience', label: pollWords.audience, hint: pollWords.audienceHint, optional: true },
        kind: lineField(512),
      },
      { name: 'poll_scope', label: pollWords.scope, hint: pollWords.scopeHint, kind: lineField(1000), optional: true },
      {
        ...{ name: 'poll_resource', label: pollWords.resource, hint: pollWords.resourceHint, optional: true },
        kind: lineField(512),
      },
    ],
  },
  {
    title: words.limits,
    fields: [
      {
        ...{ name: 'most_accounts', label: words.mostAccounts, optional: true },
        kind: { ...numberField(words.mostAccountsHint), emptied: 20 },
      },
      {
        ...{ name: 'most_accounts_percent', label: words.percent, optional: true },
        kind: { ...numberField(words.percentHint), emptied: 1 },
      },
      {
        ...{ name: 'max_age', label: words.maxAge, optional: true },
        kind: { ...timeField({ least: 60, most: 7 * DAY, usual: DAY }), emptied: DAY },
      },
      {
        ...{ name: 'risk_seconds', label: words.riskSeconds, optional: true },
        kind: { ...timeField({ least: 60, most: 30 * DAY, usual: DAY }), emptied: DAY },
      },
    ],
  },
  {
    ...{ title: words.effects, hint: words.effectsHint, isFolded: true },
    fields: RECEIVED_EVENTS.map((name) => ({
      ...{ name, within: 'effects', label: securityEventWords[name], kind: manyField(EFFECTS), optional: true },
    })),
  },
];

/** `secret`: the page that shows the authorization once. */
export const transmitterForms = (
  home: string,
  secret: (frame: ConsoleFrame, made: Shown, href: string) => Html | undefined,
): ObjectFormSpec => ({
  ...{ path: TRANSMITTERS, place: 'transmitters', sections: SECTIONS, hrefOf: (id) => `${home}/${id}` },
  create: {
    ...{ operation: 'createTrustedTransmitter', title: words.make, lead: words.makeLead, button: words.add },
    ...{ done: 'added', page: secret, values: { effects: DEFAULT_EFFECTS } },
    // Without a tick: no effect, not the default ones.
    body: (body) => ({ effects: {}, ...body }),
  },
  change: {
    ...{ read: 'getTrustedTransmitter', operation: 'updateTrustedTransmitter', title: words.changeTitle },
    ...{ heading: chosenHeading(fieldWords.changeOf), lead: words.changeLead },
    body: withoutEndedClient({ token: 'poll_token', ends: ['poll_token_endpoint', 'poll_url'], prefix: 'poll_' }),
  },
});
