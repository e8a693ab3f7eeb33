const STATES: Readonly<Record<string, string>> = {
  approved: 'Über diese Anfrage gibt es nichts mehr zu entscheiden: Sie wurde freigegeben.',
  redeemed: 'Über diese Anfrage gibt es nichts mehr zu entscheiden: Sie wurde freigegeben und genutzt.',
  'approved, not used':
    'Über diese Anfrage gibt es nichts mehr zu entscheiden: Sie wurde freigegeben und nicht rechtzeitig genutzt.',
  denied: 'Über diese Anfrage gibt es nichts mehr zu entscheiden: Sie wurde abgelehnt.',
  cancelled: 'Über diese Anfrage gibt es nichts mehr zu entscheiden: Der Agent hat sie zurückgenommen.',
  expired: 'Über diese Anfrage gibt es nichts mehr zu entscheiden: Ihre Zeit ist um.',
};

/** Refusals on pages on which people sign in, allow, approve, and manage their account. */
export const PEOPLE_REFUSALS = {
  'You are not signed in there.': 'Dort sind Sie nicht angemeldet.',
  // Forms.
  'A form has at most {} bytes.': 'Ein Formular hat höchstens {} Bytes.',
  'The form could not be read.': 'Das Formular konnte nicht gelesen werden.',
  'The form cannot be read. Open the page again.':
    'Das Formular lässt sich nicht lesen. Öffnen Sie die Seite noch einmal.',
  'A field was sent twice.': 'Ein Feld wurde zweimal gesendet.',
  'There is no such file.': 'Eine solche Datei gibt es nicht.',
  'This text has at most {} characters.': 'Dieser Text hat höchstens {} Zeichen.',
  'This text holds a control, invisible or direction-changing character.':
    'Dieser Text enthält ein Zeichen, das steuert, nicht zu sehen ist oder die Schreibrichtung ändert.',
  'This text piles up marks on a letter.': 'In diesem Text häufen sich Zeichen auf einem Buchstaben.',
  'This text is empty.': 'Dieser Text ist leer.',
  'This text begins or ends with a space.': 'Dieser Text beginnt oder endet mit einem Leerzeichen.',
  'The request is too large to be recorded.': 'Die Anfrage ist zu groß, um aufgezeichnet zu werden.',
  'The storage of this server is full. Nothing was changed. Try again later, or tell its operator.':
    'Der Speicher dieses Servers ist voll. Nichts wurde geändert. Versuchen Sie es später noch einmal, oder sagen Sie es dem Betreiber.',
  'The request could not be recorded. Try again later.':
    'Die Anfrage konnte nicht aufgezeichnet werden. Versuchen Sie es später noch einmal.',

  // Push messages.
  'This browser uses a push service that this server does not send to.':
    'Dieser Browser nutzt einen Dienst für Nachrichten, an den dieser Server nichts sendet.',
  'This browser did not make keys for its messages.':
    'Dieser Browser hat keine Schlüssel für seine Nachrichten erzeugt.',
  'This page is too old: open it again.': 'Diese Seite ist zu alt: Öffnen Sie sie noch einmal.',
  'You are told in as many browsers as there can be; remove one first.':
    'Sie werden schon in so vielen Browsern benachrichtigt, wie es geht; entfernen Sie zuerst einen.',
  'Wait a moment before you try again.': 'Warten Sie einen Moment, bevor Sie es noch einmal versuchen.',
  'There is no such browser.': 'Einen solchen Browser gibt es nicht.',

  // In the middle of an authorization request.
  'There is no such request, or it is too old.': 'Eine solche Anfrage gibt es nicht, oder sie ist zu alt.',
  'This page was already answered.': 'Diese Seite wurde schon beantwortet.',
  'This page is over, or belongs to another browser. Start again where you came from.':
    'Diese Seite ist vorbei oder gehört zu einem anderen Browser. Beginnen Sie noch einmal dort, woher Sie kamen.',
  'This sign-in was not started in this browser, or is over.':
    'Diese Anmeldung wurde nicht in diesem Browser begonnen oder ist vorbei.',
  'Nobody is signed in here.': 'Hier ist niemand angemeldet.',
  'Sign in first.': 'Melden Sie sich zuerst an.',
  'What is asked for has changed. Read it again before you decide.':
    'Worum gebeten wird, hat sich geändert. Lesen Sie es noch einmal, bevor Sie entscheiden.',
  'The form allows something that was not asked for.': 'Das Formular erlaubt etwas, worum nicht gebeten wurde.',
  'This length of time was not offered.': 'Diese Dauer stand nicht zur Wahl.',
  'This number of hops was not offered.': 'Diese Zahl von Weitergaben stand nicht zur Wahl.',
  'Nothing was allowed.': 'Es wurde nichts erlaubt.',
  'This agent is not active.': 'Dieser Agent ist nicht aktiv.',
  'This client is not active.': 'Diese App ist nicht aktiv.',
  'The app that calls the agent is not active.': 'Die App, die den Agenten aufruft, ist nicht aktiv.',
  'The agent that is to act is not active.': 'Der Agent, der handeln soll, ist nicht aktiv.',
  'This account is not active.': 'Dieses Konto ist nicht aktiv.',
  'There is no such request for you. It may have been decided or be too old.':
    'Für Sie gibt es keine solche Anfrage. Vielleicht ist sie entschieden oder zu alt.',

  // Signing in.
  'The username or the password is not right.': 'Benutzername oder Passwort stimmt nicht.',
  'The current password is not right.': 'Das jetzige Passwort stimmt nicht.',
  'Passwords are not used here. Sign in another way.':
    'Passwörter werden hier nicht benutzt. Melden Sie sich anders an.',
  'There were too many attempts to sign in. Wait and try again.':
    'Es gab zu viele Anmeldeversuche. Warten Sie, und versuchen Sie es noch einmal.',
  'Too many sign-ins are being checked. Try again.':
    'Es werden gerade zu viele Anmeldungen geprüft. Versuchen Sie es noch einmal.',
  'That code is not right, or was used already.': 'Dieser Code stimmt nicht oder wurde schon benutzt.',
  'That passkey was not accepted. Try again.': 'Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal.',
  'That passkey was not accepted. It has to verify you, by finger, face or PIN. Try again.':
    'Dieser Passkey wurde nicht angenommen. Er muss prüfen, dass Sie es sind: mit Finger, Gesicht oder PIN. Versuchen Sie es noch einmal.',
  'You cannot sign in this way.': 'So können Sie sich nicht anmelden.',
  '{} never says when you signed in there, and you have no second factor here to prove that it is you now. Sign in another way, or ask an administrator.':
    '{} sagt nie, wann Sie sich dort angemeldet haben, und Sie haben hier keinen zweiten Faktor, mit dem Sie zeigen könnten, dass Sie es jetzt sind. Melden Sie sich anders an, oder fragen Sie die Administration.',
  '{} does not say that you signed in there just now. Sign in another way.':
    '{} bestätigt nicht, dass Sie sich dort gerade eben angemeldet haben. Melden Sie sich anders an.',
  'The provider did not sign you in.': 'Der Anmeldedienst hat Sie nicht angemeldet.',
  'The provider does not know this server. Tell its administrator.':
    'Der Anmeldedienst kennt diesen Server nicht. Sagen Sie das seiner Administration.',
  'The answer of the provider was not accepted.': 'Die Antwort des Anmeldedienstes wurde nicht angenommen.',
  'The provider cannot be reached right now. Try again in a moment.':
    'Der Anmeldedienst ist gerade nicht erreichbar. Versuchen Sie es gleich noch einmal.',
  'This provider cannot be used right now.': 'Dieser Anmeldedienst ist gerade nicht benutzbar.',
  'This provider is not here any more.': 'Diesen Anmeldedienst gibt es hier nicht mehr.',
  'There is no such provider to sign in at.': 'Einen solchen Anmeldedienst gibt es hier nicht.',
  'This answer of a provider belongs to no sign-in that is under way in this browser. If one is, go on in its own tab; else begin again where you came from.':
    'Diese Antwort eines Anmeldedienstes gehört zu keiner Anmeldung, die in diesem Browser läuft. Läuft eine, machen Sie in deren Tab weiter; sonst beginnen Sie noch einmal dort, woher Sie kamen.',
  'This account is being changed by too many at once.': 'Dieses Konto wird gerade von zu vielen gleichzeitig geändert.',

  // Passwords and addresses.
  'A password has at least {} characters.': 'Ein Passwort hat mindestens {} Zeichen.',
  'A password has at most {} bytes.': 'Ein Passwort hat höchstens {} Bytes.',
  'The password was changed meanwhile. Sign in with the new one.':
    'Das Passwort wurde inzwischen geändert. Melden Sie sich mit dem neuen an.',
  'This was asked for too often. Wait and try again.':
    'Darum wurde zu oft gebeten. Warten Sie, und versuchen Sie es noch einmal.',
  'You asked for this too often. Wait and try again.':
    'Darum haben Sie zu oft gebeten. Warten Sie, und versuchen Sie es noch einmal.',
  'This link was used already, or is too old. Ask for a new one.':
    'Dieser Link wurde schon benutzt oder ist zu alt. Fordern Sie einen neuen an.',
  'This link is not yours, was used already, or is too old. Ask for a new one.':
    'Dieser Link ist nicht Ihrer, wurde schon benutzt oder ist zu alt. Fordern Sie einen neuen an.',
  'This is not an e-mail address.': 'Das ist keine E-Mail-Adresse.',

  // Second factors and providers of an account.
  'Sign in again with your second factor first.': 'Melden Sie sich zuerst mit Ihrem zweiten Faktor neu an.',
  'Sign in again first: your sign-in is too long ago.':
    'Melden Sie sich zuerst neu an: Ihre Anmeldung ist zu lange her.',
  'An account has at most {} of these; remove one first.':
    'Ein Konto hat davon höchstens {}. Entfernen Sie zuerst einen.',
  'This passkey was added already.': 'Dieser Passkey wurde schon hinzugefügt.',
  'There is no factor that codes could stand in for.': 'Es gibt keinen Faktor, an dessen Stelle Codes treten könnten.',
  'You have no such factor.': 'Einen solchen Faktor haben Sie nicht.',
  'Passkeys cannot be used at the address of this server.': 'Unter der Adresse dieses Servers gehen Passkeys nicht.',
  'That did not work. Try again.': 'Das hat nicht geklappt. Versuchen Sie es noch einmal.',
  'That took too long. Begin to add the app again.':
    'Das hat zu lange gedauert. Beginnen Sie noch einmal, die App hinzuzufügen.',
  'These were too many codes. Begin to add the app again later.':
    'Das waren zu viele Codes. Beginnen Sie später noch einmal, die App hinzuzufügen.',
  'That is not the code the app shows now.': 'Das ist nicht der Code, den die App jetzt zeigt.',
  'This app was added already.': 'Diese App wurde schon hinzugefügt.',
  'This is your last way to sign in. Add another one first.':
    'Das ist Ihr letzter Weg, sich anzumelden. Fügen Sie zuerst einen anderen hinzu.',
  'An account is connected with at most {} people elsewhere.':
    'Ein Konto ist mit höchstens {} Personen anderswo verbunden.',
  'You are not connected there.': 'Sie sind dort nicht verbunden.',
  'There is no such provider to connect with.': 'Einen solchen Anmeldedienst zum Verbinden gibt es nicht.',
  'You hold nothing of that name.': 'So etwas haben Sie nicht.',

  // Approvals.
  'There is no such request.': 'Eine solche Anfrage gibt es nicht.',
  'There is no such request for you. It may be too old to be kept.':
    'Für Sie gibt es keine solche Anfrage. Vielleicht ist sie zu alt, um noch aufbewahrt zu werden.',
  'The form says neither yes nor no. Nothing was decided.':
    'Das Formular sagt weder ja noch nein. Es wurde nichts entschieden.',
  'Nothing was chosen, so nothing was decided.': 'Es wurde nichts gewählt, also wurde nichts entschieden.',
  'What is asked cannot be put into words, so nobody can approve it.':
    'Worum gebeten wird, lässt sich nicht in Worte fassen; deshalb kann es niemand freigeben.',
  'This one is decided on a page of its own.': 'Darüber wird auf einer eigenen Seite entschieden.',
  'This request is {}: there is nothing left to decide.': (state: string): string =>
    STATES[state] ?? 'Über diese Anfrage gibt es nichts mehr zu entscheiden.',
  'You have agreed already; somebody else has to, too.':
    'Sie haben schon zugestimmt; jetzt muss noch jemand anderes zustimmen.',
  'That was agreed to already in this name; somebody else has to agree, too.':
    'In diesem Namen wurde schon zugestimmt; jetzt muss noch jemand anderes zustimmen.',
  'You do not decide for this person, or not any more.': 'Für diese Person entscheiden Sie nicht oder nicht mehr.',
  'There is no such absence.': 'Eine solche Abwesenheit gibt es nicht.',
  'What you saw is not what is asked for now. Look at it again.':
    'Was Sie gesehen haben, ist nicht das, worum jetzt gebeten wird. Sehen Sie es sich noch einmal an.',
  'This needs a second factor of yours.': 'Das braucht einen zweiten Faktor von Ihnen.',
  'This takes a second factor, and you have none yet.': 'Das braucht einen zweiten Faktor, und Sie haben noch keinen.',
  'Prove again that it is you, for this very request.':
    'Beweisen Sie für genau diese Anfrage noch einmal, dass Sie es sind.',
  'Prove that it is you: nothing was sent.': 'Beweisen Sie, dass Sie es sind: Es wurde nichts gesendet.',
  'Type your password.': 'Geben Sie Ihr Passwort ein.',
  'That is not the number the agent shows.': 'Das ist nicht die Zahl, die der Agent zeigt.',
  'The number was wrong too often: this request is denied.': 'Die Zahl war zu oft falsch: Diese Anfrage ist abgelehnt.',
  'This is approved each time.': 'Das wird jedes Mal freigegeben.',
  'That was said already: it stands under “Approved in advance”.':
    'Das wurde schon gesagt: Es steht unter „Im Voraus freigegeben“.',
  'Sign in again to say who decides for you.': 'Melden Sie sich neu an, um zu bestimmen, wer für Sie entscheidet.',
  'There is no such standing approval.': 'Eine solche Dauerfreigabe gibt es nicht.',
  'A whole number from 1 to {}.': 'Eine ganze Zahl von 1 bis {}.',
  'A whole number above 0.': 'Eine ganze Zahl über 0.',
  'This action has no amount.': 'Diese Handlung hat keinen Betrag.',
  'This page is open too often.': 'Diese Seite ist zu oft offen.',
  'Too many pages are open.': 'Es sind zu viele Seiten offen.',
};
