import { type Phrase, phrase } from '../html.ts';

/** A variant of a part: its name, and when a page uses it. */
export type Caption = { readonly name: Phrase; readonly use: Phrase };

const caption = (name: readonly [en: string, de: string], use: readonly [en: string, de: string]): Caption => ({
  name: phrase({ en: name[0], de: name[1] }),
  use: phrase({ en: use[0], de: use[1] }),
});

/** By part, in the order of its variants. A part with one variant needs none. */
export const styleguideCaptions: Readonly<Record<string, readonly Caption[]>> = {
  submit: [
    caption(['Primary', 'Primär'], ['The one main action of a page.', 'Die eine wichtigste Aktion einer Seite.']),
    caption(['Plain', 'Schlicht'], ['Any other action, and Cancel.', 'Jede andere Aktion, und Abbrechen.']),
    caption(
      ['Danger', 'Gefahr'],
      ['Opens a page that asks before it ends something.', 'Führt zur Rückfrage vor dem Beenden.'],
    ),
    caption(['Destructive', 'Endgültig'], ['Confirms what cannot be undone.', 'Bestätigt, was endgültig ist.']),
    caption(['Quiet', 'Leise'], ['An action inside a line of text.', 'Eine Aktion in einer Textzeile.']),
  ],
  flash: [
    caption(['Success', 'Erfolg'], ['After an action that worked.', 'Nach einer gelungenen Aktion.']),
    caption(['Note', 'Hinweis'], ['A fact to know, without a need to act.', 'Gut zu wissen, nichts zu tun.']),
    caption(['Warning', 'Warnung'], ['Before an action with a risk.', 'Vor einer Aktion mit Risiko.']),
    caption(['Error', 'Fehler'], ['After an action that was refused.', 'Nach einer abgelehnten Aktion.']),
  ],
  field: [
    caption(
      ['With a hint', 'Mit Hinweis'],
      ['When the label alone does not say what fits.', 'Wenn das Label allein nicht genügt.'],
    ),
    caption(['With an error', 'Mit Fehler'], ['After the form was refused.', 'Nach einem abgelehnten Formular.']),
    caption(['Code', 'Code'], ['For digits to copy from another device.', 'Für Ziffern von einem anderen Gerät.']),
    caption(['Date', 'Datum'], ['For a day.', 'Für einen Tag.']),
  ],
  textArea: [
    caption(['Text', 'Text'], ['For a reason or a purpose.', 'Für einen Grund oder Zweck.']),
    caption(
      ['Code', 'Code'],
      ['For JSON or a policy, here with an error.', 'Für JSON oder eine Richtlinie, hier mit Fehler.'],
    ),
  ],
  checkbox: [
    caption(['Ticked', 'Angehakt'], ['The choice is on.', 'Die Wahl ist an.']),
    caption(
      ['Not ticked', 'Nicht angehakt'],
      ['A choice that needs a decision of its own.', 'Braucht eine eigene Entscheidung.'],
    ),
  ],
  riskBadge: [
    caption(['Low', 'Niedrig'], ['Reads what is not sensitive.', 'Liest Unkritisches.']),
    caption(['Medium', 'Mittel'], ['Changes what can be undone.', 'Ändert, was sich zurücknehmen lässt.']),
    caption(['High', 'Hoch'], ['Hard to undo; here marked as new.', 'Schwer zurückzunehmen; hier als neu markiert.']),
    caption(['Critical', 'Kritisch'], ['Impossible to undo, or costly.', 'Nicht zurückzunehmen, oder teuer.']),
  ],
  stateTag: [
    caption(['Active', 'Aktiv'], ['The agent can act.', 'Der Agent kann handeln.']),
    caption(['Pending', 'Ausstehend'], ['Its owner has not accepted it yet.', 'Noch nicht vom Eigentümer angenommen.']),
    caption(['Suspended', 'Ausgesetzt'], ['Stopped for a while.', 'Eine Weile angehalten.']),
    caption(['Orphaned', 'Ohne Eigentümer'], ['It lost its owner.', 'Hat den Eigentümer verloren.']),
    caption(['Retired', 'Stillgelegt'], ['Ended for good.', 'Endgültig beendet.']),
    caption(['Stopped', 'Gestoppt'], ['Active, but under a kill.', 'Aktiv, aber durch den Notaus gestoppt.']),
  ],
  environmentTag: [
    caption(['Production', 'Produktion'], ['For real work.', 'Für den Betrieb.']),
    caption(['Test', 'Test'], ['For tests.', 'Für Tests.']),
    caption(['Development', 'Entwicklung'], ['For its developers.', 'Für die Entwicklung.']),
  ],
  registeredState: [
    caption(['Active', 'Aktiv'], ['In use.', 'In Gebrauch.']),
    caption(['Disabled', 'Gesperrt'], ['Off, and can be enabled again.', 'Aus, kann wieder an.']),
    caption(['Retired', 'Stillgelegt'], ['Ended for good.', 'Endgültig beendet.']),
  ],
  agentCard: [
    caption(['Verified', 'Geprüft'], ['An administrator has checked it.', 'Von der Administration geprüft.']),
    caption(['Not verified', 'Nicht geprüft'], ['Any other agent.', 'Jeder andere Agent.']),
  ],
  lastUse: [
    caption(['Used', 'Benutzt'], ['With the time of the last use.', 'Mit der Zeit der letzten Nutzung.']),
    caption(['Never used', 'Nie benutzt'], ['There was no use yet.', 'Noch keine Nutzung.']),
  ],
  facts: [
    caption(
      ['Open', 'Offen'],
      ['All facts in view, as on break-glass pages.', 'Alle Fakten sichtbar, wie im Notfall.'],
    ),
    caption(['Folded', 'Zugeklappt'], ['On a page that asks for a decision.', 'Wo entschieden wird.']),
    caption(['Decided', 'Entschieden'], ['Once there is an outcome.', 'Nach der Entscheidung.']),
  ],
  slotNote: [
    caption(
      ['For yourself', 'Für sich selbst'],
      ['You can also decide for another person.', 'Auch für eine andere Person möglich.'],
    ),
    caption(
      ['For a person who is away', 'In Vertretung'],
      ['You decide as their deputy.', 'Sie entscheiden in Vertretung.'],
    ),
  ],
  breakGlassNote: [
    caption(['Requested', 'Verlangt'], ['A second person has yet to approve.', 'Die zweite Zustimmung fehlt.']),
    caption(['Approved', 'Freigegeben'], ['Two people approved it.', 'Zwei haben zugestimmt.']),
  ],
  headActions: [
    caption(['Few actions', 'Wenige Aktionen'], ['All are buttons.', 'Alle sind Schaltflächen.']),
    caption(['Many actions', 'Viele Aktionen'], ['The rest is in a menu.', 'Der Rest steht im Menü.']),
  ],
  formSection: [
    caption(['Open', 'Offen'], ['Fields that most people fill in.', 'Felder, die die meisten ausfüllen.']),
    caption(['Folded', 'Zugeklappt'], ['Optional fields.', 'Felder, die leer bleiben dürfen.']),
  ],
  commaList: [
    caption(['Several', 'Mehrere'], ['Short names in one line.', 'Kurze Namen in einer Zeile.']),
    caption(['Empty', 'Leer'], ['There is none.', 'Es gibt keine.']),
  ],
  differenceText: [
    caption(['Different', 'Verschieden'], ['What a version changes.', 'Was eine Version ändert.']),
    caption(['Equal', 'Gleich'], ['Both versions say the same.', 'Beide sagen dasselbe.']),
  ],
  eventRun: [
    caption(['Once', 'Einmal'], ['An event that happened once.', 'Ein einzelnes Ereignis.']),
    caption(['Repeated', 'Wiederholt'], ['Equal events in a row, folded.', 'Gleiche Ereignisse, zugeklappt.']),
  ],
  icon: [
    caption(['Computer', 'Rechner'], ['A browser on a computer.', 'Ein Browser am Rechner.']),
    caption(['Phone', 'Telefon'], ['A browser on a phone.', 'Ein Browser am Telefon.']),
    caption(['Key', 'Schlüssel'], ['A passkey or password.', 'Ein Passkey oder Passwort.']),
    caption(['Shield', 'Schild'], ['Protection.', 'Schutz.']),
  ],
};
