/** Refusals of the management operations behind the console, in the form of `refusals.ts`. */
export const CONSOLE_GERMAN: Readonly<Record<string, string>> = {
  'There is no such agent for you.': 'Einen solchen Agenten gibt es für Sie nicht.',
  'There is no such object.': 'Das gibt es nicht.',
  'There is no such version.': 'Diese Version gibt es nicht.',
  'There is no such version of the policies.': 'Diese Version der Richtlinien gibt es nicht.',
  'There is no such account.': 'Dieses Konto gibt es nicht.',
  'There is no such agent or client.': 'Diesen Agenten oder Client gibt es nicht.',
  'There is no such resource server.': 'Diesen Ressourcenserver gibt es nicht.',
  'This needs the role {}.': 'Dafür braucht es die Rolle {}.',
  'Only an administrator {}.': 'Das darf nur eine Person mit der Rolle administrator ({}).',
  'The object was changed in the meantime; read it again.':
    'Es wurde inzwischen geändert. Laden Sie die Seite noch einmal.',
  'This {} was changed in the meantime; read it again and repeat your change.':
    'Es wurde inzwischen geändert ({}). Laden Sie die Seite noch einmal, und wiederholen Sie Ihre Änderung.',
  'This {} is being changed by too many at once.': 'Zu viele ändern das gerade auf einmal ({}).',
  'Only the owner of an agent or an administrator gives it credentials, redirect URIs and endpoints, or has its tokens bound no more. An operator suspends and removes them.':
    'Nachweise, Weiterleitungsadressen und Endpunkte bekommt ein Agent nur von seinem Eigentümer oder von einer Person mit der Rolle administrator; nur sie lösen auch die Bindung seiner Token. Mit der Rolle operator lassen sie sich aussetzen und entfernen.',
  'This agent has no owner. Its next owner gives it credentials, after accepting it.':
    'Dieser Agent hat keinen Eigentümer. Nachweise gibt ihm der nächste Eigentümer, nachdem er ihn angenommen hat.',
  'This needs an administrator who signed in with a second factor at most {} minutes ago. A client that acts for itself proves that it is on the machine of this server (--local).':
    'Das darf eine Person mit der Rolle administrator, die sich vor höchstens {} Minuten mit einem zweiten Faktor angemeldet hat. Ein Client, der für sich selbst handelt, belegt mit --local, dass er auf der Maschine dieses Servers läuft.',
  'This agent was changed in the meantime.': 'Dieser Agent wurde inzwischen geändert.',
  'This agent was changed in the meantime; read it again before you accept it.':
    'Dieser Agent wurde inzwischen geändert. Lesen Sie ihn noch einmal, bevor Sie ihn annehmen.',
  'This cursor was not made for this list.': 'Dieser Verweis gehört nicht zu dieser Liste.',
  // Errors of fields.
  'This member is missing.': 'Diese Angabe fehlt.',
  'This name is not known here.': 'Diese Angabe ist hier nicht bekannt.',
  'This is one of {}.': 'Möglich ist: {}.',
  'This is of type {}.': 'Das ist vom Typ {}.',
  'This is a whole number.': 'Das ist eine ganze Zahl.',
  'This text is empty.': 'Dieser Text ist leer.',
  'This text has at most {} characters.': 'Dieser Text hat höchstens {} Zeichen.',
  'This list has at least {} entries.': 'Diese Liste hat mindestens {} Einträge.',
  'At most {} entries are allowed.': 'Höchstens {} Einträge sind erlaubt.',
  'This number is at least {}.': 'Diese Zahl ist mindestens {}.',
  'This number is at most {}.': 'Diese Zahl ist höchstens {}.',
  'Name at least one member to change.': 'Nennen Sie wenigstens eine Änderung.',
  'This value is not valid.': 'Dieser Wert ist nicht gültig.',
  'This value is not of the right form.': 'Dieser Wert hat nicht die richtige Form.',
  'This text begins or ends with a space.': 'Dieser Text beginnt oder endet mit einem Leerzeichen.',
  'This text holds a control, invisible or direction-changing character.':
    'Dieser Text enthält ein unsichtbares Zeichen oder eines, das die Schreibrichtung ändert.',
  'This text is not in Unicode normalization form C.': 'Dieser Text ist nicht in der Unicode-Normalform C.',
  'This text piles up marks on a letter.': 'In diesem Text türmen sich Zeichen auf einem Buchstaben.',
  'This entry is there twice.': 'Dieser Eintrag steht zweimal da.',
  'This time is in the past.': 'Diese Zeit ist vergangen.',
  'This is not an e-mail address.': 'Das ist keine E-Mail-Adresse.',
  'This is not an absolute URI.': 'Das ist keine absolute URI.',
  'This is a URL.': 'Hier steht eine URL.',
  // Agents.
  'This is not JSON. Paste a JSON Web Key, or a set of them.':
    'Das ist kein JSON. Fügen Sie einen JSON Web Key ein, oder mehrere.',
  'There is no active account or group with this name.':
    'Es gibt kein aktives Konto und keine Gruppe mit diesem Namen.',
  'Public keys are needed.': 'Es braucht öffentliche Schlüssel.',
  'Public keys are needed: send "jwks", or "jwks_uri" for where they are served.':
    'Es braucht öffentliche Schlüssel, oder die URL, unter der sie angeboten werden.',
  'Keys are sent or served: "jwks" or "jwks_uri", not both (RFC 7591 §2).':
    'Schlüssel stehen entweder hier oder unter einer URL, nicht beides.',
  'When an agent has several keys each needs its own "kid".':
    'Hat ein Agent mehrere Schlüssel, braucht jeder eine eigene „kid“.',
  'In a set of several keys each key needs its own "kid".':
    'Unter mehreren Schlüsseln braucht jeder eine eigene „kid“.',
  'Another key of this agent has the same "kid".': 'Ein anderer Schlüssel dieses Agenten hat dieselbe „kid“.',
  'Another key of this set has the same "kid".': 'Ein anderer dieser Schlüssel hat dieselbe „kid“.',
  'Send the public part of a key pair only; this key holds a secret part and must not be used any more.':
    'Geben Sie nur den öffentlichen Teil an. Dieser Schlüssel enthält den geheimen und darf nicht mehr benutzt werden.',
  'A key is a JSON object (RFC 7517 §4).': 'Ein Schlüssel ist ein JSON-Objekt (RFC 7517 §4).',
  'This is not a usable public key.': 'Das ist kein brauchbarer öffentlicher Schlüssel.',
  'This is no JWK Set (RFC 7517 §5).': 'Das ist keine Schlüsselmenge (RFC 7517 §5).',
  'The type of a key is "EC", "RSA" or "OKP".': 'Ein Schlüssel ist vom Typ „EC“, „RSA“ oder „OKP“.',
  'The curve is P-256, P-384 or P-521 with "EC", or Ed25519 with "OKP".':
    'Die Kurve ist P-256, P-384 oder P-521 mit „EC“, oder Ed25519 mit „OKP“.',
  'This URI uses https; http only on 127.0.0.1, [::1] or localhost.':
    'Diese URI beginnt mit https; http nur auf 127.0.0.1, [::1] oder localhost.',
  'The grant type authorization_code needs a redirect URI.':
    'Wer Personen zur Anmeldung schickt, braucht eine Rückleitungs-URI.',
  'Redirect URIs are for the grant type authorization_code, which is not among the grant types.':
    'Rückleitungs-URIs sind für Agenten, die Personen zur Anmeldung schicken.',
  'URIs are compared character by character; there are no wildcards.':
    'URIs werden Zeichen für Zeichen verglichen; Platzhalter gibt es nicht.',
  'A URI here has no fragment ("#").': 'Eine URI hat hier kein Fragment („#“).',
  'An agent has at most {} credentials.': 'Ein Agent hat höchstens {} Schlüssel.',
  'An agent that is {} cannot {}.': 'Das geht mit diesem Agenten in seinem Zustand nicht ({}: {}).',
  'A retired agent cannot be changed.': 'Ein stillgelegter Agent lässt sich nicht ändern.',
  'A retired agent cannot be accepted.': 'Ein stillgelegter Agent lässt sich nicht annehmen.',
  'The time in which this agent could be accepted is over.':
    'Die Zeit, in der dieser Agent angenommen werden konnte, ist um.',
  'The time of this agent is over; give it a later end first.':
    'Die Zeit dieses Agenten ist um. Geben Sie ihm zuerst ein späteres Ende.',
  'The time of this credential is over; add another one.':
    'Die Zeit dieses Schlüssels ist um. Fügen Sie einen anderen hinzu.',
  'This agent has no such credential.': 'Diesen Schlüssel hat dieser Agent nicht.',
  'The proposer does not accept their own pair, nor does a client that they own or whose credentials they set. Ask another operator or administrator.':
    'Wer ein Paar vorschlägt, nimmt es nicht an, auch nicht mit einem Client, der dieser Person gehört oder dessen Zugangsdaten sie gesetzt hat. Fragen Sie einen anderen Operator oder Administrator.',
  'Your account or client was created or changed after the proposal. Withdraw the pair, have it proposed again, and accept it then.':
    'Ihr Konto oder Client wurde nach dem Vorschlag angelegt oder geändert. Ziehen Sie das Paar zurück, lassen Sie es neu vorschlagen und nehmen Sie es dann an.',
  'This resource server has no such pair. Its list shows those it has.':
    'Dieser Ressourcenserver hat kein solches Paar. Seine Liste zeigt, welche er hat.',
  'This pair was proposed again in the meantime. Look at it once more.':
    'Dieses Paar wurde inzwischen neu vorgeschlagen. Sehen Sie es sich noch einmal an.',
  'Only who is asked to answer for an agent accepts it.':
    'Einen Agenten nimmt nur an, wer gefragt ist, für ihn einzustehen.',
  'Only who is asked to answer for an agent declines it.':
    'Einen Agenten lehnt nur ab, wer gefragt ist, für ihn einzustehen.',
  'Nobody could answer for it: the account or group is not active.':
    'Niemand könnte für ihn einstehen: Das Konto oder die Gruppe ist nicht aktiv.',
  'Somebody has to answer for it first.': 'Zuerst muss jemand für ihn einstehen.',
  'The owner is an active account, or a group with an active member.':
    'Eigentümer ist ein aktives Konto oder eine Gruppe mit einem aktiven Mitglied.',
  'This name looks like a verified one of another owner.':
    'Dieser Name sieht aus wie ein geprüfter eines anderen Eigentümers.',
  'This name mixes letters of several scripts, or has one nobody writes.':
    'Dieser Name mischt Buchstaben mehrerer Schriften oder enthält einen, den niemand schreibt.',
  'This name is verified: the mark is taken away before the name is changed.':
    'Dieser Name ist geprüft: Bevor er sich ändert, wird das Zeichen weggenommen.',
  'A name that looks like this one is verified already.': 'Ein Name, der so aussieht, ist schon geprüft.',
  'There is no active blueprint with this id.': 'Es gibt keinen aktiven Blueprint mit dieser Kennung.',
  'This blueprint takes no new agents.': 'Dieser Blueprint nimmt keine neuen Agenten.',
  'This blueprint has its {} agents.': 'Dieser Blueprint hat seine {} Agenten.',
  'This blueprint is for {}.': 'Dieser Blueprint ist für: {}.',
  'This blueprint does not allow {} here.': 'Dieser Blueprint erlaubt {} hier nicht.',
  'This blueprint does not allow this grant type.': 'Dieser Blueprint erlaubt diesen Weg zu Tokens nicht.',
  'This blueprint does not allow this composition.': 'Dieser Blueprint erlaubt diese Zusammensetzung nicht.',
  'There is no draft to activate; write one first.': 'Es gibt keinen Entwurf. Schreiben Sie zuerst einen.',
  'There is no draft to look ahead to.': 'Es gibt keinen Entwurf, auf den vorauszusehen wäre.',
  'This blueprint was changed in the meantime; read it again.':
    'Dieser Blueprint wurde inzwischen geändert. Laden Sie die Seite noch einmal.',
  'This draft was activated in the meantime; read the blueprint again.':
    'Dieser Entwurf wurde inzwischen aktiviert. Laden Sie die Seite noch einmal.',
  // Software.
  'Only a client that registered itself and has no owner is adopted.':
    'Übernommen wird nur ein Client, der sich selbst registriert hat und keinen Eigentümer hat.',
  'A retired client cannot be changed.': 'Ein stillgelegter Client lässt sich nicht ändern.',
  'What is retired is not verified.': 'Was stillgelegt ist, wird nicht geprüft.',
  'Names are not verified here.': 'Namen werden hier nicht geprüft.',
  'This resource server is the management API itself; it cannot be changed.':
    'Dieser Ressourcenserver ist die Verwaltungs-API selbst; er lässt sich nicht ändern.',
  // People and groups.
  'This username is taken.': 'Dieser Benutzername ist vergeben.',
  'This is the last active administrator; make another one first.':
    'Das ist das letzte aktive Konto mit der Rolle administrator. Richten Sie zuerst ein anderes ein.',
  'A group has this name. Choose another username.': 'Eine Gruppe heißt so. Wählen Sie einen anderen Benutzernamen.',
  'An account has this name as its username. Choose another one.':
    'Ein Konto hat diesen Namen als Benutzernamen. Wählen Sie einen anderen.',
  'A name does not begin like an id, such as acc_ or grp_. Choose another one.':
    'Ein Name beginnt nicht wie eine Kennung, etwa mit acc_ oder grp_. Wählen Sie einen anderen.',
  'This is the name of more than one: {}. Give the id of the one that is meant.':
    'Diesen Namen haben mehrere: {}. Geben Sie die Kennung dessen an, der gemeint ist.',
  'There is a group with this name, or one that looks like it.':
    'Es gibt eine Gruppe mit diesem Namen, oder mit einem, der so aussieht.',
  'Only a member of a group or an administrator adds members to it. An operator removes them.':
    'Mitglieder nimmt nur ein Mitglied der Gruppe oder die Rolle administrator auf. Ein Operator nimmt Mitglieder heraus.',
  'A group has at least two members.': 'Eine Gruppe hat mindestens zwei Mitglieder.',
  'A group has at most {} members.': 'Eine Gruppe hat höchstens {} Mitglieder.',
  'A member is an active account.': 'Mitglied ist ein aktives Konto.',
  'A name has 1 to 200 characters that can be shown.': 'Ein Name hat 1 bis 200 Zeichen, die sich zeigen lassen.',
  'The name of a group has 1 to 200 characters that can be shown.':
    'Der Name einer Gruppe hat 1 bis 200 Zeichen, die sich zeigen lassen.',
};
