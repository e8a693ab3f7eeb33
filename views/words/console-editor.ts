import { phrase } from '../html.ts';

/** Drafting a version of the policies. */
export const editorWords = {
  tab: phrase({ en: 'Draft policies', de: 'Richtlinien entwerfen' }),
  draft: (version: number) => phrase({ en: `Draft, version ${version}`, de: `Entwurf, Version ${version}` }),
  newDraft: phrase({ en: 'Draft a version', de: 'Version entwerfen' }),
  lead: phrase({
    en: 'Nothing of a draft is active. It can be tried, replayed and activated later.',
    de: 'Von einem Entwurf gilt nichts. Er lässt sich ausprobieren, nachspielen und später in Kraft setzen.',
  }),
  text: phrase({ en: 'Text of the policies', de: 'Text der Richtlinien' }),
  textHint: phrase({
    en: 'In Cedar. Each policy has an @id, and should have a @reason for people.',
    de: 'In Cedar. Jede Richtlinie hat eine @id und sollte einen @reason für Menschen haben.',
  }),
  note: phrase({ en: 'Why there is this version (optional)', de: 'Warum es diese Version gibt (optional)' }),
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
