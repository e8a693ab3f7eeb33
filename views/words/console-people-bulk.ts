import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

const accounts = (count: number): Phrase =>
  phrase({
    en: `${count} ${count === 1 ? 'account' : 'accounts'}`,
    de: `${count} ${count === 1 ? 'Konto' : 'Konten'}`,
  });

/** Several accounts are disabled: the choice in the list, the preview, and the result. */
export const peopleBulkWords = {
  title: phrase({ en: 'Disable several accounts', de: 'Mehrere Konten sperren' }),
  choose: (name: HtmlValue) => phrase({ en: html`Choose ${name}`, de: html`${name} auswählen` }),
  chooseAll: phrase({ en: 'Choose all on this page', de: 'Alle dieser Seite auswählen' }),
  withChosen: phrase({ en: 'With the chosen people', de: 'Mit den ausgewählten Personen' }),
  disableSome: (count: number) =>
    phrase({ en: html`Disable ${accounts(count)}`, de: html`${accounts(count)} sperren` }),
  asked: (count: number) => phrase({ en: html`Disable ${accounts(count)}?`, de: html`${accounts(count)} sperren?` }),
  lead: phrase({
    en: 'These people can no longer sign in. All their sessions and tokens end at once. Enabling an account later brings back its roles and delegations only.',
    de: 'Diese Personen können sich nicht mehr anmelden. Alle ihre Sitzungen und Tokens enden sofort. Beim Entsperren kommen nur die Rollen und Delegationen zurück.',
  }),
  nothingChosen: phrase({
    en: 'No person is chosen. Tick people in the list first.',
    de: 'Es ist keine Person ausgewählt. Haken Sie zuerst Personen in der Liste an.',
  }),
  nothingChanges: phrase({
    en: 'None of these accounts can be disabled.',
    de: 'Keines dieser Konten lässt sich sperren.',
  }),
  back: phrase({ en: 'Back to the people', de: 'Zurück zu den Personen' }),
  chosen: phrase({ en: 'Chosen people', de: 'Ausgewählte Personen' }),
  ends: phrase({ en: 'What ends or stops', de: 'Was endet oder ruht' }),
  happened: phrase({ en: 'What happened', de: 'Was geschehen ist' }),
  together: phrase({ en: 'What they leave together', de: 'Was sie zusammen zurücklassen' }),
  others: (count: number) =>
    phrase({
      en: html`${accounts(count)} ${count === 1 ? 'stays as it is' : 'stay as they are'}`,
      de: html`${accounts(count)} ${count === 1 ? 'bleibt' : 'bleiben'} unverändert`,
    }),
  counts: {
    sessions: (count: number, more: boolean) => some(count, more, ['session', 'sessions'], ['Sitzung', 'Sitzungen']),
    delegations: (count: number, more: boolean) =>
      some(count, more, ['delegation', 'delegations'], ['Delegation', 'Delegationen']),
    standing: (count: number, more: boolean) =>
      some(count, more, ['standing approval', 'standing approvals'], ['Dauerfreigabe', 'Dauerfreigaben']),
  },
  roles: (roles: HtmlValue) => phrase({ en: html`roles: ${roles}`, de: html`Rollen: ${roles}` }),
  nothingElse: phrase({ en: 'the sign-in only', de: 'nur die Anmeldung' }),
  already: phrase({ en: 'It is already disabled.', de: 'Es ist schon gesperrt.' }),
  itIsYours: phrase({ en: 'This is your own account.', de: 'Das ist Ihr eigenes Konto.' }),
  obstacles: {
    not_found: phrase({ en: 'There is no such account.', de: 'Dieses Konto gibt es nicht.' }),
    last_administrator: phrase({
      en: 'Without it there would be no active administrator. Give another account the role first.',
      de: 'Ohne dieses gäbe es keinen aktiven Administrator. Geben Sie zuerst einem anderen Konto die Rolle.',
    }),
    administrator_only: phrase({
      en: 'Only an administrator disables an administrator.',
      de: 'Nur ein Administrator sperrt einen Administrator.',
    }),
  },
  done: phrase({ en: 'It is disabled.', de: 'Es ist gesperrt.' }),
  outcomes: {
    done: phrase({ en: 'done', de: 'erledigt' }),
    unchanged: phrase({ en: 'unchanged', de: 'unverändert' }),
    refused: phrase({ en: 'refused', de: 'abgelehnt' }),
  },
  result: phrase({ en: 'Accounts disabled', de: 'Konten gesperrt' }),
};

function some(
  count: number,
  more: boolean,
  [enOne, enMany]: readonly [string, string],
  [deOne, deMany]: readonly [string, string],
): Phrase {
  const isOne = count === 1 && !more;
  return phrase({
    en: `${more ? 'more than ' : ''}${count} ${isOne ? enOne : enMany}`,
    de: `${more ? 'mehr als ' : ''}${count} ${isOne ? deOne : deMany}`,
  });
}
