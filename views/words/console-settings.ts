import { type HtmlValue, html, phrase } from '../html.ts';

/** Signing keys. */
export const keyWords = {
  title: phrase({ en: 'Signing keys', de: 'Signaturschlüssel' }),
  lead: phrase({
    en: 'Keys with which this server signs tokens. Resource servers and clients fetch the public parts.',
    de: 'Schlüssel, mit denen dieser Server Tokens signiert. Ressourcenserver und Clients rufen die öffentlichen Teile ab.',
  }),
  none: phrase({ en: 'There are no signing keys.', de: 'Es gibt keine Signaturschlüssel.' }),
  key: phrase({ en: 'Key', de: 'Schlüssel' }),
  kind: phrase({ en: 'Algorithm', de: 'Verfahren' }),
  from: phrase({ en: 'Signs from', de: 'Signiert ab' }),
  until: phrase({ en: 'Signs until', de: 'Signiert bis' }),
  states: {
    published: phrase({ en: 'published', de: 'veröffentlicht' }),
    active: phrase({ en: 'signing', de: 'signiert' }),
    retired: phrase({ en: 'replaced', de: 'ersetzt' }),
    revoked: phrase({ en: 'revoked', de: 'widerrufen' }),
  },
  rotate: phrase({ en: 'Rotate the keys', de: 'Schlüssel erneuern' }),
  revoke: phrase({ en: 'Revoke', de: 'Widerrufen' }),
  revokeTitle: phrase({ en: 'Revoke a signing key', de: 'Signaturschlüssel widerrufen' }),
  revokeAsked: phrase({ en: 'Revoke this signing key?', de: 'Diesen Signaturschlüssel widerrufen?' }),
  revokeLead: phrase({
    en: 'Do this if the key may be compromised. It cannot be undone.',
    de: 'Tun Sie das, wenn der Schlüssel gestohlen sein kann. Es lässt sich nicht zurücknehmen.',
  }),
  ends: phrase({ en: 'What ends', de: 'Was endet' }),
  endsTokens: phrase({
    en: 'Access tokens and ID tokens that the key signed: every node of this server refuses them at once.',
    de: 'Access-Tokens und ID-Tokens, die der Schlüssel signiert hat: Jeder Knoten dieses Servers lehnt sie sofort ab.',
  }),
  endsOffline: phrase({
    en: 'Software that verifies tokens itself accepts them until it reads the key set again. Have its caches emptied.',
    de: 'Software, die Tokens selbst prüft, nimmt sie an, bis sie die Schlüssel neu liest. Lassen Sie deren Caches leeren.',
  }),
  staysRefresh: phrase({
    en: 'Refresh tokens and opaque access tokens stay valid. To end them too, use the kill switch.',
    de: 'Refresh-Tokens und opake Access-Tokens bleiben gültig. Um auch sie zu beenden, nutzen Sie den Notaus.',
  }),
  endsNothing: phrase({
    en: 'The key has signed nothing yet. It leaves the key set and never signs.',
    de: 'Der Schlüssel hat noch nichts signiert. Er verlässt die Schlüsselmenge und signiert nie.',
  }),
  next: phrase({
    en: 'Another key of its kind signs at once.',
    de: 'Ein anderer Schlüssel seiner Art signiert sofort.',
  }),
  reason: phrase({ en: 'Reason', de: 'Grund' }),
  reasonHint: phrase({
    en: 'The audit log keeps it, for later review.',
    de: 'Das Protokoll bewahrt ihn für die spätere Prüfung auf.',
  }),
  revokeNow: phrase({ en: 'Revoke the key', de: 'Schlüssel widerrufen' }),
  rotateAsked: phrase({ en: 'Rotate the signing keys?', de: 'Die Signaturschlüssel erneuern?' }),
  rotateLead: phrase({
    en: 'The server publishes new keys now and signs with them later. Tokens that exist stay valid.',
    de: 'Der Server veröffentlicht jetzt neue Schlüssel und signiert später mit ihnen. Vorhandene Tokens bleiben gültig.',
  }),
};

/** The keys with which this server authenticates to push services. */
export const pushKeyWords = {
  title: phrase({ en: 'Keys of browser notifications', de: 'Schlüssel für Browser-Benachrichtigungen' }),
  lead: phrase({
    en: 'With them this server proves to push services that it sends the notification (RFC 8292).',
    de: 'Damit weist dieser Server bei Push-Diensten nach, dass er die Benachrichtigung sendet (RFC 8292).',
  }),
  none: phrase({
    en: 'There are none yet. The server creates the first one when a person opens the page of notifications.',
    de: 'Es gibt noch keine. Der Server erzeugt den ersten, wenn eine Person die Seite der Benachrichtigungen öffnet.',
  }),
  states: {
    given: phrase({ en: 'for new browsers', de: 'für neue Browser' }),
    kept: phrase({ en: 'for browsers that have it', de: 'für Browser, die ihn haben' }),
  },
  rotate: phrase({ en: 'Rotate the key', de: 'Schlüssel erneuern' }),
  rotateAsked: phrase({
    en: 'Rotate the key of browser notifications?',
    de: 'Den Schlüssel für Browser-Benachrichtigungen erneuern?',
  }),
  rotateLead: phrase({
    en: 'New browsers get the new key. Other browsers keep theirs and are notified as before. The server keeps five keys: a sixth one ends the oldest, with its browsers.',
    de: 'Neue Browser bekommen den neuen Schlüssel. Andere behalten ihren und werden weiter benachrichtigt. Der Server behält fünf Schlüssel: Ein sechster beendet den ältesten mit seinen Browsern.',
  }),
  revokeTitle: phrase({ en: 'Revoke a push key', de: 'Push-Schlüssel widerrufen' }),
  revokeAsked: phrase({
    en: 'Revoke this key of browser notifications?',
    de: 'Diesen Schlüssel für Browser-Benachrichtigungen widerrufen?',
  }),
  revokeLead: phrase({
    en: 'Do this if the key may be compromised. It cannot be undone. No browser that has the key gets notifications until they are turned on there again.',
    de: 'Tun Sie das, wenn der Schlüssel gestohlen sein kann. Es lässt sich nicht zurücknehmen. Kein Browser mit diesem Schlüssel wird benachrichtigt, bis Benachrichtigungen dort wieder eingeschaltet sind.',
  }),
};

/** Endpoints of webhooks. */
export const webhookWords = {
  title: phrase({ en: 'Webhooks', de: 'Webhooks' }),
  lead: phrase({
    en: 'Systems to which this server sends notifications, each with the last delivery.',
    de: 'Systeme, denen dieser Server Benachrichtigungen sendet, je mit der letzten Zustellung.',
  }),
  none: phrase({
    en: 'There are no webhooks. A webhook sends notifications of this server to another system.',
    de: 'Es gibt keine Webhooks. Ein Webhook sendet Benachrichtigungen dieses Servers an ein anderes System.',
  }),
  webhook: phrase({ en: 'Webhook', de: 'Webhook' }),
  url: phrase({ en: 'URL', de: 'URL' }),
  urlHint: phrase({
    en: 'An https URL of a public host.',
    de: 'Eine https-URL eines öffentlichen Hosts.',
  }),
  changeLead: phrase({
    en: 'If you change the URL, the endpoint must be verified again.',
    de: 'Wenn Sie die URL ändern, muss der Endpunkt erneut geprüft werden.',
  }),
  kinds: phrase({ en: 'Notifications', de: 'Benachrichtigungen' }),
  kindsHint: phrase({
    en: 'The endpoint receives only what you tick. Open a group to see its notifications.',
    de: 'Der Endpunkt erhält nur, was Sie ankreuzen. Öffnen Sie eine Gruppe, um ihre Benachrichtigungen zu sehen.',
  }),
  allKinds: phrase({ en: 'All of this group', de: 'Alle dieser Gruppe' }),
  ownerHint: phrase({
    en: 'Only about agents of this account or group. Empty: about all.',
    de: 'Nur über Agenten dieses Kontos oder dieser Gruppe. Leer: über alle.',
  }),
  states: {
    unproven: phrase({ en: 'not verified', de: 'nicht geprüft' }),
    active: phrase({ en: 'active', de: 'aktiv' }),
    stopped: phrase({ en: 'stopped', de: 'angehalten' }),
  },
  delivered: phrase({ en: 'Last delivery', de: 'Letzte Zustellung' }),
  failed: phrase({ en: 'Last failure', de: 'Letzter Fehler' }),
  formerUntil: phrase({ en: 'Former secret also signs until', de: 'Früheres Geheimnis signiert mit bis' }),
  rotateLead: phrase({
    en: 'The server makes a new secret and shows it once. For a day it also signs messages with the former secret.',
    de: 'Der Server erzeugt ein neues Geheimnis und zeigt es einmal. Einen Tag lang signiert er auch mit dem früheren.',
  }),
  failing: phrase({ en: 'Failing since', de: 'Fehler seit' }),
  never: phrase({ en: 'never', de: 'nie' }),
  make: phrase({ en: 'Add a webhook', de: 'Webhook hinzufügen' }),
  add: phrase({ en: 'Add the webhook', de: 'Webhook hinzufügen' }),
  makeLead: phrase({
    en: 'The server shows the secret of the endpoint once. It sends nothing until you verify the endpoint.',
    de: 'Der Server zeigt das Geheimnis des Endpunkts einmal. Er sendet nichts, bis Sie den Endpunkt prüfen.',
  }),
  changeTitle: phrase({ en: 'Change a webhook', de: 'Webhook ändern' }),
  secretTitle: phrase({ en: 'Secret of the webhook', de: 'Geheimnis des Webhooks' }),
  secretLead: phrase({
    en: 'The endpoint checks the signature of each message with this secret.',
    de: 'Der Endpunkt prüft mit diesem Geheimnis die Signatur jeder Nachricht.',
  }),
  secret: phrase({ en: 'Secret', de: 'Geheimnis' }),
  verify: phrase({ en: 'Verify', de: 'Prüfen' }),
  deliveries: phrase({ en: 'Deliveries', de: 'Zustellungen' }),
  verifyFirst: phrase({
    en: 'The server sends nothing until you verify the endpoint.',
    de: 'Der Server sendet nichts, bis Sie den Endpunkt prüfen.',
  }),
  test: phrase({ en: 'Send a test message', de: 'Testnachricht senden' }),
  stop: phrase({ en: 'Stop', de: 'Anhalten' }),
  remove: phrase({ en: 'Delete', de: 'Löschen' }),
  removeAsked: (name: HtmlValue) =>
    phrase({ en: html`Delete the webhook ${name}?`, de: html`Den Webhook ${name} löschen?` }),
  removeLead: phrase({
    en: 'The endpoint receives no notification any more. Waiting notifications are discarded.',
    de: 'Der Endpunkt bekommt keine Benachrichtigung mehr. Wartende Benachrichtigungen werden verworfen.',
  }),
};
