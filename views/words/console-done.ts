import { phrase } from '../html.ts';
import { directoryDoneWords } from './console-directories.ts';
import { directoryAccountDoneWords } from './console-directory-accounts.ts';
import { findingDoneWords } from './console-findings.ts';
import { narrowDoneWords } from './console-narrowing.ts';
import { accountLinkDoneWords } from './console-peers.ts';
import { personDoneWords } from './console-people.ts';
import { reviewDoneWords } from './console-reviews.ts';
import { upstreamLinkDoneWords } from './upstream-link.ts';

/** Confirmations of actions in the console. */
export const doneWords = {
  registered: phrase({ en: 'Registered. It works from now on.', de: 'Registriert. Ab jetzt funktioniert er.' }),
  asked: phrase({
    en: 'Registered. It works once its owner has accepted it.',
    de: 'Registriert. Er funktioniert, sobald sein Eigentümer ihn angenommen hat.',
  }),
  accepted: phrase({
    en: 'Accepted. You own it from now on.',
    de: 'Angenommen. Der Agent gehört jetzt Ihnen.',
  }),
  declined: phrase({ en: 'Declined. You do not own it.', de: 'Abgelehnt. Der Agent gehört Ihnen nicht.' }),
  suspended: phrase({ en: 'Suspended. Nothing it holds works.', de: 'Ausgesetzt. Nichts, was er hat, funktioniert.' }),
  resumed: phrase({ en: 'Resumed. It works again.', de: 'Fortgesetzt. Er funktioniert wieder.' }),
  compositionApproved: phrase({
    en: 'Approved. It is the composition of the agent.',
    de: 'Freigegeben. Das ist jetzt die Zusammensetzung des Agenten.',
  }),
  compositionRejected: phrase({
    en: 'Rejected. The composition of the agent stays.',
    de: 'Abgelehnt. Die Zusammensetzung des Agenten bleibt.',
  }),
  retired: phrase({
    en: 'Retired for good. All it held has ended.',
    de: 'Endgültig stillgelegt. Alles, was er hatte, ist beendet.',
  }),
  offered: phrase({
    en: 'Offered. Until it is accepted nothing changes.',
    de: 'Angeboten. Bis er angenommen ist, ändert sich nichts.',
  }),
  transferred: phrase({ en: 'Handed over.', de: 'Übergeben.' }),
  ended: phrase({
    en: 'That instance has ended. The others go on.',
    de: 'Diese Instanz ist beendet. Die anderen laufen weiter.',
  }),
  changed: phrase({ en: 'Saved.', de: 'Gespeichert.' }),
  transactionClosed: phrase({
    en: 'Closed. Every token of it has ended.',
    de: 'Geschlossen. Alle seine Tokens sind beendet.',
  }),
  added: phrase({ en: 'Added. It works from now on.', de: 'Hinzugefügt. Gilt ab jetzt.' }),
  stopped: phrase({
    en: 'Suspended. It proves nothing until you resume it.',
    de: 'Angehalten. Beweist nichts, bis Sie es wieder gelten lassen.',
  }),
  counts: phrase({ en: 'It works again.', de: 'Gilt wieder.' }),
  removed: phrase({ en: 'Removed for good.', de: 'Endgültig entfernt.' }),
  drafted: phrase({
    en: 'Saved as a draft. Nothing of it is active yet.',
    de: 'Als Entwurf gespeichert. Noch gilt nichts davon.',
  }),
  ruleActivated: phrase({ en: 'It acts from now on.', de: 'Sie handelt ab jetzt.' }),
  responseLifted: phrase({ en: 'Lifted. The agent is active.', de: 'Aufgehoben. Der Agent ist aktiv.' }),
  activated: phrase({
    en: 'It is active from now on, for every decision.',
    de: 'Gilt ab jetzt, für jede Entscheidung.',
  }),
  on: phrase({
    en: 'Switched on. People can sign in there.',
    de: 'Eingeschaltet. Personen können sich dort anmelden.',
  }),
  off: phrase({
    en: 'Switched off. No user signs in there any more.',
    de: 'Abgeschaltet. Dort meldet sich niemand mehr an.',
  }),
  disabled: phrase({
    en: 'Disabled. Sessions and tokens have ended.',
    de: 'Gesperrt. Sitzungen und Tokens sind beendet.',
  }),
  mcpEnabled: phrase({ en: 'The MCP server is enabled.', de: 'Der MCP-Server ist freigeschaltet.' }),
  enabled: phrase({ en: 'Enabled.', de: 'Entsperrt.' }),
  factorsRemoved: phrase({
    en: 'Removed. The password alone is enough from now on.',
    de: 'Entfernt. Ab jetzt genügt das Passwort allein.',
  }),
  delegationEnded: phrase({
    en: 'Ended, with all re-delegations below it.',
    de: 'Beendet, mit allem, was darunter weitergegeben war.',
  }),
  sessionEnded: phrase({ en: 'Signed out there.', de: 'Dort abgemeldet.' }),
  sessionsEnded: phrase({ en: 'Signed out everywhere.', de: 'Überall abgemeldet.' }),
  clientDisabled: phrase({
    en: 'Disabled. Nothing it holds works.',
    de: 'Gesperrt. Nichts, was er hat, funktioniert.',
  }),
  adopted: phrase({ en: 'Adopted. You own it from now on.', de: 'Übernommen. Der Client gehört jetzt Ihnen.' }),
  verified: phrase({
    en: 'Verified. No other owner can register a name that looks like it.',
    de: 'Geprüft. Niemand sonst registriert einen Namen, der so aussieht.',
  }),
  unverified: phrase({ en: 'The mark was taken away.', de: 'Das Kennzeichen wurde weggenommen.' }),
  serverDisabled: phrase({
    en: 'Disabled. No token is issued for it any more.',
    de: 'Gesperrt. Dafür wird kein Token mehr ausgegeben.',
  }),
  delegationAccepted: phrase({
    en: 'Accepted. From now on people are asked for it on the consent page.',
    de: 'Angenommen. Ab jetzt werden Personen auf der Einwilligungsseite darum gebeten.',
  }),
  delegationWithdrawn: phrase({
    en: 'Withdrawn. Its effect ends with the next decision.',
    de: 'Zurückgezogen. Die Wirkung endet mit der nächsten Entscheidung.',
  }),
  blueprintActivated: phrase({
    en: 'It is active from now on, for all its agents.',
    de: 'Gilt ab jetzt, für alle seine Agenten.',
  }),
  deprecated: phrase({ en: 'It takes no new agents any more.', de: 'Er nimmt keine neuen Agenten mehr.' }),
  backedUp: phrase({ en: 'The backup is in the list.', de: 'Die Sicherung steht in der Liste.' }),
  stepsHidden: phrase({
    en: 'Hidden in this browser. The first steps stay at /console/first-steps.',
    de: 'In diesem Browser ausgeblendet. Die ersten Schritte bleiben unter /console/first-steps.',
  }),
  created: phrase({ en: 'Created.', de: 'Angelegt.' }),
  rotated: phrase({
    en: 'New keys are published. The server signs with them later.',
    de: 'Neue Schlüssel sind veröffentlicht. Der Server signiert später mit ihnen.',
  }),
  webhookVerified: phrase({ en: 'Verified. The endpoint is active.', de: 'Geprüft. Der Endpunkt ist aktiv.' }),
  webhookStopped: phrase({ en: 'Stopped. The server sends it nothing.', de: 'Angehalten. Der Server sendet nichts.' }),
  testSent: phrase({ en: 'The test message arrived.', de: 'Die Testnachricht ist angekommen.' }),
  testFailed: phrase({
    en: 'The test message did not arrive. The last failure says why.',
    de: 'Die Testnachricht kam nicht an. Der letzte Fehler nennt den Grund.',
  }),
  targetAdded: phrase({
    en: 'Added. The server pushes agents and owners now.',
    de: 'Hinzugefügt. Der Server überträgt jetzt Agenten und Eigentümer.',
  }),
  targetTested: phrase({ en: 'The target answers.', de: 'Das Ziel antwortet.' }),
  targetPaused: phrase({ en: 'Paused. Changes wait.', de: 'Angehalten. Änderungen warten.' }),
  targetResumed: phrase({ en: 'The server pushes again.', de: 'Der Server überträgt wieder.' }),
  targetReconciled: phrase({
    en: 'The differences are pushed now. Compare again in a minute.',
    de: 'Die Unterschiede werden jetzt übertragen. Vergleichen Sie in einer Minute erneut.',
  }),
  targetSame: phrase({ en: 'There was nothing to push.', de: 'Es gab nichts zu übertragen.' }),
  sinkTested: phrase({ en: 'The test event arrived.', de: 'Das Testereignis ist angekommen.' }),
  holdPlaced: phrase({ en: 'Placed. It applies from now on.', de: 'Angelegt. Gilt ab jetzt.' }),
  holdReleased: phrase({
    en: 'Released. It keeps nothing any more, and stays on record.',
    de: 'Aufgehoben. Sie bewahrt nichts mehr und bleibt vermerkt.',
  }),
  sinkPaused: phrase({
    en: 'Paused. Its events wait in the audit log.',
    de: 'Angehalten. Seine Ereignisse warten im Protokoll.',
  }),
  sinkResumed: phrase({
    en: 'The server delivers again, from where it stopped.',
    de: 'Der Server stellt wieder zu, ab der Stelle, an der er aufhörte.',
  }),
  sinkSkipped: phrase({
    en: 'Skipped. The audit log records which event, and the next ones follow.',
    de: 'Übersprungen. Das Protokoll hält fest, welches Ereignis, und die nächsten folgen.',
  }),
  budgetOff: phrase({
    en: 'Switched off. Its limit does not apply.',
    de: 'Ausgeschaltet. Seine Grenze gilt nicht.',
  }),
  budgetOn: phrase({
    en: 'Switched on. Its limit applies from the next token on.',
    de: 'Eingeschaltet. Seine Grenze gilt ab dem nächsten Token.',
  }),
  issuerDisabled: phrase({
    en: 'Disabled. The server refuses its tokens.',
    de: 'Gesperrt. Der Server lehnt seine Tokens ab.',
  }),
  issuerEnabled: phrase({
    en: 'Enabled. Its tokens authenticate agents again.',
    de: 'Entsperrt. Seine Tokens authentifizieren wieder Agenten.',
  }),
  receiverDisabled: phrase({
    en: 'Disabled. The server refuses its calls and sends it nothing. Its events wait.',
    de: 'Gesperrt. Der Server lehnt seine Aufrufe ab und sendet ihm nichts. Seine Ereignisse warten.',
  }),
  receiverEnabled: phrase({
    en: 'Enabled. It receives what waited for it.',
    de: 'Entsperrt. Er erhält, was auf ihn wartete.',
  }),
  streamPaused: phrase({
    en: 'Paused. Its events wait, and its receiver is told. Only an administrator resumes it.',
    de: 'Angehalten. Seine Ereignisse warten, und sein Empfänger erfährt es. Nur ein Administrator setzt ihn fort.',
  }),
  streamResumed: phrase({
    en: 'Resumed. The server sends what waited.',
    de: 'Fortgesetzt. Der Server sendet, was wartete.',
  }),
  streamVerified: phrase({
    en: 'A verification event is on its way. This page shows when the receiver acknowledged it.',
    de: 'Ein Prüfereignis ist unterwegs. Diese Seite zeigt, wann der Empfänger es bestätigt hat.',
  }),
  transmitterDisabled: phrase({
    en: 'Disabled. The server refuses what it sends. What its events did stays.',
    de: 'Gesperrt. Der Server lehnt ab, was er sendet. Was seine Ereignisse bewirkt haben, bleibt.',
  }),
  transmitterEnabled: phrase({
    en: 'Enabled. The server accepts its events again.',
    de: 'Entsperrt. Der Server nimmt seine Ereignisse wieder an.',
  }),
  transmitterResumed: phrase({
    en: 'Resumed. The held signals have had their effects, oldest first.',
    de: 'Fortgesetzt. Die zurückgehaltenen Signale haben gewirkt, die ältesten zuerst.',
  }),
  verificationExpected: phrase({
    en: 'Expected. Request a verification event at the transmitter with the state on this page.',
    de: 'Erwartet. Fordern Sie beim Sender ein Prüfereignis mit dem State auf dieser Seite an.',
  }),
  signalDropped: phrase({
    en: 'Dropped. The signal has no effect.',
    de: 'Verworfen. Das Signal wirkt nicht.',
  }),
  peerDisabled: phrase({
    en: 'Disabled. The server accepts no assertions from it, and issues none for it.',
    de: 'Gesperrt. Der Server nimmt keine Assertions von ihm an und stellt keine für ihn aus.',
  }),
  peerEnabled: phrase({
    en: 'Enabled. The server accepts its assertions again.',
    de: 'Entsperrt. Der Server nimmt seine Assertions wieder an.',
  }),
  keysDiscarded: phrase({
    en: 'Discarded. All nodes fetch its keys anew.',
    de: 'Verworfen. Alle Knoten holen seine Schlüssel neu.',
  }),
  sentAllAgain: phrase({
    en: 'The server sends all of them again. Those that fail again return to this list.',
    de: 'Der Server sendet alle erneut. Was auch dann scheitert, steht wieder hier.',
  }),
  sentAgainInPart: phrase({
    en: 'The server sends them again, but not all: the links of some mails have expired, or there are more than it takes at once.',
    de: 'Der Server sendet sie erneut, aber nicht alle: Die Links mancher Mails sind abgelaufen, oder es sind mehr, als er auf einmal nimmt.',
  }),
  sentAgain: phrase({
    en: 'The server sends it again. If that fails too, it returns to this list.',
    de: 'Der Server sendet es erneut. Scheitert auch das, steht es wieder hier.',
  }),
  tokenRevoked: phrase({
    en: 'Revoked. The token registers nothing more.',
    de: 'Widerrufen. Das Token registriert nichts mehr.',
  }),
  keyRevoked: phrase({
    en: 'Revoked. The key and everything that it signed are invalid.',
    de: 'Widerrufen. Der Schlüssel und alles, was er signiert hat, ist ungültig.',
  }),
  pushKeyRotated: phrase({
    en: 'Rotated. New browsers get the new key.',
    de: 'Erneuert. Neue Browser bekommen den neuen Schlüssel.',
  }),
  pushKeyRevoked: phrase({
    en: 'Revoked. Browsers that had the key get no notifications until they are turned on there again.',
    de: 'Widerrufen. Browser mit diesem Schlüssel werden erst benachrichtigt, wenn es dort wieder eingeschaltet ist.',
  }),
  absenceEnded: phrase({
    en: 'Ended. The deputy can no longer decide, and both people are notified.',
    de: 'Beendet. Die Vertretung kann nicht mehr entscheiden, beide werden benachrichtigt.',
  }),
  valueErased: phrase({
    en: 'Erased. The audit log still verifies.',
    de: 'Gelöscht. Das Protokoll bleibt prüfbar.',
  }),
  deleted: phrase({ en: 'Deleted.', de: 'Gelöscht.' }),
  killed: phrase({
    en: 'Stopped. The target gets no access from now on.',
    de: 'Gestoppt. Das Ziel bekommt ab jetzt keinen Zugriff.',
  }),
  killedHere: phrase({
    en: 'Stopped on this node. The kill waits on the data volume until store and audit log accept writes.',
    de: 'Auf diesem Knoten gestoppt. Der Auftrag wartet auf dem Datenträger, bis Speicher und Protokoll wieder schreiben.',
  }),
  lifted: phrase({
    en: 'Lifted. The target can get new access.',
    de: 'Aufgehoben. Das Ziel kann neuen Zugriff bekommen.',
  }),
  signed: phrase({
    en: 'Signed. A second administrator signs next.',
    de: 'Unterschrieben. Als Nächstes unterschreibt ein zweiter Administrator.',
  }),
  ...reviewDoneWords,
  ...personDoneWords,
  ...accountLinkDoneWords,
  ...narrowDoneWords,
  ...upstreamLinkDoneWords,
  ...findingDoneWords,
  ...directoryAccountDoneWords,
  ...directoryDoneWords,
  withdrawn: phrase({ en: 'The offer was taken back.', de: 'Das Angebot wurde zurückgenommen.' }),
};
