import { phrase } from '../html.ts';
import { accountPage, type MailWords, securityPage, sessionsPage } from './mail.ts';

/** Notifications about how a user signs in. */
export const ACCOUNT_MAILS = {
  'factor.added': {
    subject: phrase({
      en: 'A second factor was added to your account',
      de: 'Zu Ihrem Konto kam ein zweiter Faktor hinzu',
    }),
    says: {
      en: ({ when, by }) => [`On ${when} a second factor was added to your account.`, by],
      de: ({ when, by }) => [`Am ${when} wurde Ihrem Konto ein zweiter Faktor hinzugefügt.`, by],
    },
    page: securityPage,
  },
  'factor.removed': {
    subject: phrase({
      en: 'A second factor was removed from your account',
      de: 'Von Ihrem Konto wurde ein zweiter Faktor entfernt',
    }),
    says: {
      en: ({ when, by }) => [`On ${when} a second factor, or all of them, were removed from your account.`, by],
      de: ({ when, by }) => [`Am ${when} wurden ein zweiter Faktor oder alle von Ihrem Konto entfernt.`, by],
    },
    page: securityPage,
  },
  'factor.recovery_codes_made': {
    subject: phrase({
      en: 'New recovery codes were created for your account',
      de: 'Für Ihr Konto wurden neue Wiederherstellungscodes erstellt',
    }),
    says: {
      en: ({ when, by }) => [`On ${when} new recovery codes were created. The earlier ones no longer work.`, by],
      de: ({ when, by }) => [
        `Am ${when} wurden neue Wiederherstellungscodes erstellt. Die von vorher gelten nicht mehr.`,
        by,
      ],
    },
    page: securityPage,
  },
  'factor.copied': {
    subject: phrase({
      en: 'One of your passkeys may have been copied',
      de: 'Einer Ihrer Passkeys wurde vielleicht kopiert',
    }),
    says: {
      en: ({ when }) => [
        `On ${when} a passkey signed in a way that only a copy of it would. It is accepted no more.`,
        'Remove it, and add a new one.',
      ],
      de: ({ when }) => [
        `Am ${when} hat ein Passkey so unterschrieben, wie es nur eine Kopie täte. Er wird nicht mehr angenommen.`,
        'Entfernen Sie ihn und fügen Sie einen neuen hinzu.',
      ],
    },
    page: securityPage,
  },
  'upstream_link.created': {
    subject: phrase({
      en: 'Your account was connected with an identity provider',
      de: 'Ihr Konto wurde mit einem Anmeldedienst verbunden',
    }),
    says: {
      en: ({ when, by }) => [
        `On ${when} your account was connected with a user at another identity provider. That user can sign in to it from now on.`,
        by,
      ],
      de: ({ when, by }) => [
        `Am ${when} wurde Ihr Konto mit jemandem bei einem Anmeldedienst verbunden, der sich von nun an bei Ihrem Konto anmelden kann.`,
        by,
      ],
    },
    page: securityPage,
  },
  'upstream_link.removed': {
    subject: phrase({
      en: 'Your account was disconnected from an identity provider',
      de: 'Ihr Konto wurde von einem Anmeldedienst getrennt',
    }),
    says: {
      en: ({ when, by }) => [
        `On ${when} your account was disconnected from an identity provider. No user can sign in to it from there any more.`,
        by,
      ],
      de: ({ when, by }) => [
        `Am ${when} wurde Ihr Konto von einem Anmeldedienst getrennt: Von dort meldet sich niemand mehr an.`,
        by,
      ],
    },
    page: securityPage,
  },
  'account_link.created': {
    subject: phrase({
      en: 'Another organisation can act in your name here',
      de: 'Eine andere Organisation kann hier in Ihrem Namen handeln',
    }),
    says: {
      en: ({ when }) => [
        `On ${when} your account was linked to a person at the server of another organisation. That server can get access in your name here, without asking you.`,
        'Your account page shows which server it is and what it can reach. You can end the link there.',
      ],
      de: ({ when }) => [
        `Am ${when} wurde Ihr Konto mit einer Person beim Server einer anderen Organisation verknüpft. Dieser Server kann hier in Ihrem Namen Zugriff erhalten, ohne Sie zu fragen.`,
        'Ihre Kontoseite zeigt, welcher Server das ist und was er erreicht. Dort können Sie die Verknüpfung beenden.',
      ],
    },
    page: accountPage,
  },
  'account_link.removed': {
    subject: phrase({
      en: 'Another organisation acts in your name no more',
      de: 'Eine andere Organisation handelt nicht mehr in Ihrem Namen',
    }),
    says: {
      en: ({ when }) => [
        `On ${when} the link between your account and a person at the server of another organisation was ended. Access it got in your name is over.`,
      ],
      de: ({ when }) => [
        `Am ${when} wurde die Verknüpfung Ihres Kontos mit einer Person beim Server einer anderen Organisation beendet. Damit endet auch der Zugriff, den der Server in Ihrem Namen hatte.`,
      ],
    },
    page: accountPage,
  },
  'account.password_changed': {
    subject: phrase({ en: 'Your password was changed', de: 'Ihr Passwort wurde geändert' }),
    says: {
      en: ({ when, by }) => [`On ${when} the password of your account was set. All sessions from before are over.`, by],
      de: ({ when, by }) => [
        `Am ${when} wurde das Passwort Ihres Kontos gesetzt. Alle Sitzungen von vorher sind beendet.`,
        by,
      ],
    },
    page: accountPage,
  },
  'sessions.ended_by_other': {
    subject: phrase({ en: 'You were signed out', de: 'Sie wurden abgemeldet' }),
    says: {
      en: ({ when }) => [
        `On ${when} an administrator signed you out, in one browser or everywhere.`,
        'Sign in again where you want to go on, and ask why if you do not know.',
      ],
      de: ({ when }) => [
        `Am ${when} hat die Administration Sie abgemeldet, in einem Browser oder überall.`,
        'Melden Sie sich dort wieder an, wo Sie weitermachen wollen, und fragen Sie nach dem Grund, wenn Sie ihn nicht kennen.',
      ],
    },
    page: sessionsPage,
  },
  'sign_in.locked': {
    subject: phrase({
      en: 'Many attempts to sign in to your account',
      de: 'Viele Versuche, sich bei Ihrem Konto anzumelden',
    }),
    says: {
      en: ({ when }) => [
        `On ${when} there were more attempts to sign in to your account than are let through in a row.`,
        'A browser in which you signed in before lets you in all the same. The server notifies you of this once a day at most.',
      ],
      de: ({ when }) => [
        `Am ${when} gab es mehr Versuche, sich bei Ihrem Konto anzumelden, als hintereinander durchgelassen werden.`,
        'Ein Browser, in dem Sie sich schon einmal angemeldet haben, lässt Sie trotzdem hinein. Davon erfahren Sie höchstens einmal am Tag.',
      ],
    },
    page: accountPage,
  },
} as const satisfies Readonly<Record<string, MailWords>>;

/** Mails that answer a user's own request, and come from no notification. */
export const ANSWER_MAILS = {
  'account.email_confirm': {
    subject: phrase({ en: 'Confirm this address', de: 'Bestätigen Sie diese Adresse' }),
    says: {
      en: ({ when }) => [
        `On ${when} a person entered this address for an account here.`,
        'The link below leads to a page where the person of that account confirms it, signed in. It works once, for half an hour. If you have no account here, do nothing.',
      ],
      de: ({ when }) => [
        `Am ${when} hat jemand diese Adresse als die eines Kontos bei uns angegeben.`,
        'Der Link unten führt zu einer Seite, auf der die Person dieses Kontos sie bestätigt, wenn sie angemeldet ist. Er gilt einmal und eine halbe Stunde lang. Wenn Sie hier kein Konto haben, tun Sie nichts.',
      ],
    },
  },
  'account.email_changed': {
    subject: phrase({ en: 'Your account has another address', de: 'Ihr Konto hat eine andere Adresse' }),
    says: {
      en: ({ when, by }) => [
        `On ${when} your account was given another address, or none. Nothing more is mailed here.`,
        by,
      ],
      de: ({ when, by }) => [
        `Am ${when} bekam Ihr Konto eine andere Adresse oder keine mehr. An diese hier geht keine Mail mehr.`,
        by,
      ],
    },
    page: accountPage,
  },
  'account.reset': {
    subject: phrase({ en: 'A new password for your account', de: 'Ein neues Passwort für Ihr Konto' }),
    says: {
      en: ({ when }) => [
        `On ${when} a person asked for a new password for your account, on the sign-in page.`,
        'The link below leads to a page where you can set one. It works once, for half an hour. If you did not ask for it, do nothing: your password stays as it is.',
      ],
      de: ({ when }) => [
        `Am ${when} hat jemand auf der Anmeldeseite ein neues Passwort für Ihr Konto angefordert.`,
        'Der Link unten führt zu einer Seite, auf der Sie eines setzen können. Er gilt einmal und eine halbe Stunde lang. Haben Sie es nicht angefordert, tun Sie nichts: Ihr Passwort bleibt, wie es ist.',
      ],
    },
  },
} as const satisfies Readonly<Record<string, MailWords>>;
