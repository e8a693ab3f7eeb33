import { type HtmlValue, html, phrase } from '../html.ts';

/** Where a user is signed in. */
export const sessionWords = {
  title: phrase({ en: 'Where you are signed in', de: 'Wo Sie angemeldet sind' }),
  lead: phrase({
    en: 'Each browser that is signed in to your account. If you do not know one, end it, and then change what you sign in with.',
    de: 'Jeder Browser, in dem jemand als Sie angemeldet ist. Kennen Sie einen nicht, dann beenden Sie ihn, und ändern Sie danach, womit Sie sich anmelden.',
  }),
  more: (count: number) =>
    phrase({
      en: `These are the newest ${count}, and there may be more. Sign out everywhere else: that ends those that are not shown, too.`,
      de: `Das sind die neuesten ${count}, es kann mehr geben. Melden Sie sich überall sonst ab: Das beendet auch die, die hier nicht stehen.`,
    }),
  browserOn: (family: string, system: string) =>
    phrase({ en: `${family} on ${system}`, de: `${family} unter ${system}` }),
  unknownBrowser: phrase({ en: 'Unknown browser', de: 'Unbekannter Browser' }),
  signedInAt: (when: HtmlValue) => phrase({ en: html`, signed in ${when}`, de: html`, angemeldet ${when}` }),
  here: phrase({ en: 'This browser', de: 'Dieser Browser' }),
  others: (count: number) => phrase({ en: `Other browsers (${count})`, de: `Andere Browser (${count})` }),
  thisOne: phrase({ en: 'In use now', de: 'Jetzt in Gebrauch' }),
  signedIn: phrase({ en: 'Signed in', de: 'Angemeldet' }),
  signedInWith: (when: HtmlValue, how: HtmlValue) =>
    phrase({ en: html`${when}, with ${how}`, de: html`${when}, mit ${how}` }),
  since: phrase({ en: 'session since', de: 'Sitzung seit' }),
  lastUsed: phrase({ en: 'Last used', de: 'Zuletzt benutzt' }),
  from: phrase({ en: 'from', de: 'von' }),
  fromThenFrom: (first: string, last: string) =>
    phrase({ en: `${first}, lately from ${last}`, de: `${first}, zuletzt von ${last}` }),
  apps: phrase({ en: 'Signs you in to', de: 'Meldet Sie an bei' }),
  end: phrase({ en: 'Sign out', de: 'Abmelden' }),
  endOthers: phrase({ en: 'Sign out everywhere else', de: 'Überall sonst abmelden' }),
  endAll: phrase({ en: 'Sign out everywhere', de: 'Überall abmelden' }),
  whatEnds: phrase({
    en: 'Apps you signed in to from there lose access, unless you let them keep it while you are away. Agents keep what you allowed them. You can end that under My account.',
    de: 'Apps, bei denen Sie sich von dort angemeldet haben, verlieren den Zugriff, außer wenn Sie ihnen Zugang in Ihrer Abwesenheit erlaubt haben. Agenten behalten, was Sie ihnen erlaubt haben. Das beenden Sie unter „Mein Konto“.',
  }),
  ended: phrase({ en: 'Signed out there.', de: 'Dort abgemeldet.' }),
  othersEnded: phrase({ en: 'Signed out everywhere else.', de: 'Überall sonst abgemeldet.' }),
  onlyThisLeft: phrase({
    en: 'Signed out everywhere else. This browser is the only one left.',
    de: 'Überall sonst abgemeldet. Nur dieser Browser ist noch angemeldet.',
  }),
  section: phrase({ en: 'Sessions', de: 'Sitzungen' }),
  password: phrase({ en: 'password', de: 'Passwort' }),
  app: phrase({ en: 'authenticator app', de: 'Authenticator-App' }),
  passkey: phrase({ en: 'passkey', de: 'Passkey' }),
  recoveryCode: phrase({ en: 'recovery code', de: 'Wiederherstellungscode' }),
  provider: (name: HtmlValue) => phrase({ en: html`a sign-in at ${name}`, de: html`einer Anmeldung bei ${name}` }),
  anotherProvider: phrase({ en: 'a sign-in at another provider', de: 'einer Anmeldung bei einem anderen Anbieter' }),
  and: phrase({ en: ' and ', de: ' und ' }),
};
