import { phrase } from '../html.ts';

export const secondFactorWords = {
  title: phrase({ en: 'Second factor', de: 'Zweiter Faktor' }),
  enterCode: phrase({ en: 'Enter your code', de: 'Geben Sie Ihren Code ein' }),
  proveIt: phrase({ en: 'Prove that it is you', de: 'Beweisen Sie, dass Sie es sind' }),
  stepUp: phrase({
    en: 'You are signed in. What is asked for now also takes your second factor.',
    de: 'Sie sind angemeldet. Worum jetzt gebeten wird, braucht auch Ihren zweiten Faktor.',
  }),
  afterPassword: phrase({
    en: 'Your password was right. This account also asks for a second factor.',
    de: 'Ihr Passwort war richtig. Dieses Konto verlangt auch einen zweiten Faktor.',
  }),
  usePasskey: phrase({ en: 'Use your passkey', de: 'Passkey verwenden' }),
  noApp: phrase({ en: 'I do not have the app here', de: 'Ich habe die App nicht hier' }),
  nothingHere: phrase({ en: 'I do not have it here', de: 'Ich habe ihn nicht hier' }),
  noPasskey: phrase({ en: 'I do not have my passkey here', de: 'Ich habe meinen Passkey nicht hier' }),
  recoveryCode: phrase({ en: 'Recovery code', de: 'Wiederherstellungscode' }),
  recoveryHint: phrase({
    en: 'One of the codes you kept when you added your first factor. Lost them, too? An administrator can remove the factor.',
    de: 'Einer der Codes, die Sie aufbewahrt haben, als Sie Ihren ersten Faktor hinzufügten. Auch die sind weg? Die Administration kann den Faktor entfernen.',
  }),
  useRecoveryCode: phrase({ en: 'Use this recovery code', de: 'Diesen Code verwenden' }),
  anotherUser: phrase({ en: 'Sign in as another user', de: 'Als jemand anderes anmelden' }),
  cancel: phrase({ en: 'Cancel and go back', de: 'Abbrechen und zurück' }),
  appCode: phrase({ en: 'Code from your authenticator app', de: 'Code aus Ihrer Authenticator-App' }),
  appHint: phrase({
    en: 'Six digits. Each code works once.',
    de: 'Sechs Ziffern. Jeder Code gilt einmal.',
  }),
  continue: phrase({ en: 'Continue', de: 'Weiter' }),
  enterOne: phrase({ en: 'Enter a code.', de: 'Geben Sie einen Code ein.' }),
};
