import { phrase } from '../html.ts';

/** Drafting a version of the policies. */
export const editorWords = {
  tab: phrase({ en: 'Draft policies', de: 'Richtlinien entwerfen' }),
  draft: (version: number) => phrase({ en: `Draft, version ${version}`, de: `Entwurf, Version ${version}` }),
  newDraft: phrase({ en: 'Draft a version', de: 'Version entwerfen' }),
  lead: phrase({
    en: 'A draft is not active. You can simulate, replay and activate it later.',
    de: 'Ein Entwurf ist nicht aktiv. Sie können ihn simulieren, wiederholen und später aktivieren.',
  }),
  text: phrase({ en: 'Text of the policies', de: 'Text der Richtlinien' }),
  textHint: phrase({
    en: 'In Cedar. Each policy has an @id, and should have a @reason for people.',
    de: 'In Cedar. Jede Richtlinie hat eine @id und sollte einen @reason für Menschen haben.',
  }),
  keys: phrase({
    en: 'Tab leaves the field, Ctrl+] indents, Ctrl+Space suggests names, F8 leads to the next finding.',
    de: 'Tab verlässt das Feld, Strg+] rückt ein, Strg+Leertaste schlägt Namen vor, F8 führt zum nächsten Befund.',
  }),
  schema: phrase({ en: 'Names that policies can refer to', de: 'Namen, auf die sich Richtlinien beziehen können' }),
  schemaText: phrase({ en: 'The schema', de: 'Das Schema' }),
  /** By the English texts of CodeMirror. */
  browser: {
    Completions: phrase({ en: 'Suggestions', de: 'Vorschläge' }),
    'Control character': phrase({ en: 'Invisible character', de: 'Unsichtbares Zeichen' }),
    'Selection deleted': phrase({ en: 'Selection deleted', de: 'Auswahl gelöscht' }),
    Diagnostics: phrase({ en: 'Findings', de: 'Befunde' }),
  },
  note: phrase({ en: 'Why there is this version', de: 'Warum es diese Version gibt' }),
  check: phrase({ en: 'Check', de: 'Prüfen' }),
  save: phrase({ en: 'Save the draft', de: 'Entwurf speichern' }),
  differs: (from: number) =>
    phrase({ en: `How it differs from version ${from}`, de: `Was sich gegenüber Version ${from} ändert` }),
  noFindings: phrase({ en: 'No findings.', de: 'Keine Befunde.' }),
  valid: phrase({ en: 'The text is valid.', de: 'Der Text ist gültig.' }),
  warnings: phrase({ en: 'Valid, with warnings', de: 'Gültig, mit Warnungen' }),
  errors: (count: number) =>
    phrase({ en: count === 1 ? 'One error' : `${count} errors`, de: count === 1 ? 'Ein Fehler' : `${count} Fehler` }),
  severities: {
    error: phrase({ en: 'error', de: 'Fehler' }),
    warning: phrase({ en: 'warning', de: 'Warnung' }),
  },
  checked: phrase({ en: 'The checked text', de: 'Der geprüfte Text' }),
  line: (line: number) => phrase({ en: `Line ${line}`, de: `Zeile ${line}` }),
  hasErrors: phrase({
    en: 'The text has errors. Nothing was saved.',
    de: 'Der Text hat Fehler. Es wurde nichts gespeichert.',
  }),
};
