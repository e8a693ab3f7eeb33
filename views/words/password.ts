import { phrase } from '../html.ts';

/** Of the pages on which a password is set, here and from a mail. */
export const passwordWords = {
  change: phrase({ en: 'Change password', de: 'Passwort ändern' }),
  othersSignedOut: phrase({
    en: 'When you change it, we sign you out in every other browser. Agents and apps keep what you allowed them.',
    de: 'Wenn Sie es ändern, melden wir Sie in jedem anderen Browser ab. Agenten und Apps behalten, was Sie ihnen erlaubt haben.',
  }),
  current: phrase({ en: 'Current password', de: 'Jetziges Passwort' }),
  new: phrase({ en: 'New password', de: 'Neues Passwort' }),
  again: phrase({ en: 'New password again', de: 'Neues Passwort noch einmal' }),
  atLeast: (characters: number) =>
    phrase({
      en: `At least ${characters} characters. A sentence is fine.`,
      de: `Mindestens ${characters} Zeichen. Es darf ein Satz sein.`,
    }),
  differ: phrase({ en: 'The two new passwords differ.', de: 'Die beiden neuen Passwörter sind verschieden.' }),
  cancel: phrase({ en: 'Cancel', de: 'Abbrechen' }),
};

/** For users who cannot sign in. */
export const resetWords = {
  another: phrase({ en: 'Get a new link', de: 'Neuen Link anfordern' }),
  lookIntoMailbox: phrase({ en: 'Check your e-mail', de: 'Sehen Sie in Ihr Postfach' }),
  onItsWay: phrase({
    en: 'If there is such an account with a verified address, a mail with a link is on its way. The link works once, for half an hour.',
    de: 'Wenn es ein solches Konto mit bestätigter Adresse gibt, ist eine Mail mit einem Link unterwegs. Der Link gilt einmal und eine halbe Stunde lang.',
  }),
  askAgain: phrase({ en: 'Ask for another link', de: 'Neuen Link anfordern' }),
  toSignIn: phrase({ en: 'Back to the sign-in', de: 'Zurück zur Anmeldung' }),
  nothingCame: phrase({
    en: 'Nothing came? A mail of the last half hour still works. Otherwise ask an administrator.',
    de: 'Nichts gekommen? Eine Mail der letzten halben Stunde gilt noch. Sonst fragen Sie die Administration.',
  }),
  lead: phrase({
    en: 'We send a link to the verified address of your account. Your second factor stays as it is.',
    de: 'Wir senden einen Link an die bestätigte Adresse Ihres Kontos. Ihr zweiter Faktor bleibt, wie er ist.',
  }),
  usernameOrAddress: phrase({ en: 'Username or e-mail address', de: 'Benutzername oder E-Mail-Adresse' }),
  sendLink: phrase({ en: 'Send me a link', de: 'Link zusenden' }),
  setNew: phrase({ en: 'Set a new password', de: 'Neues Passwort setzen' }),
  allSignedOut: phrase({
    en: 'When you set it, we sign you out everywhere, and this link stops working. Then you sign in, with your second factor if you have one.',
    de: 'Wenn Sie es setzen, melden wir Sie überall ab, und dieser Link gilt nicht mehr. Danach melden Sie sich an, mit Ihrem zweiten Faktor, falls Sie einen haben.',
  }),
  set: phrase({ en: 'Set password', de: 'Passwort setzen' }),
};
