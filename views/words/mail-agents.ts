import { phrase } from '../html.ts';
import {
  accountPage,
  agentPage,
  approvalsPage,
  awayPage,
  breakGlassPage,
  consolePage,
  type MailWords,
} from './mail.ts';

/** A table of the mails about agents, their credentials, approvals and the kill switch. */
export const AGENT_MAILS = {
  'agent.pending': {
    subject: phrase({
      en: 'An agent waits for you to accept it',
      de: 'Ein Agent wartet darauf, dass Sie ihn annehmen',
    }),
    says: {
      en: ({ agent, when }) => [
        `The agent ${agent} was registered on ${when}, with you or your group as its owner.`,
        'It does nothing until an owner accepts it. You may decline it. If no owner accepts it within a day, it is retired.',
      ],
      de: ({ agent, when }) => [
        `Der Agent ${agent} wurde am ${when} registriert, mit Ihnen oder Ihrer Gruppe als Eigentümer.`,
        'Er tut nichts, bevor ihn jemand annimmt, und niemand muss das: Was nicht innerhalb eines Tages angenommen wird, wird stillgelegt.',
      ],
    },
    page: agentPage,
  },
  'agent.offered': {
    subject: phrase({
      en: 'You are asked to own an agent',
      de: 'Ihnen wird ein Agent angeboten',
    }),
    says: {
      en: ({ agent, when }) => [
        `On ${when} the agent ${agent} was offered to you or your group.`,
        'You own it only after you accept it.',
      ],
      de: ({ agent, when }) => [
        `Am ${when} wurde der Agent ${agent} Ihnen oder Ihrer Gruppe angeboten.`,
        'Er gehört Ihnen, sobald Sie ihn annehmen, und nicht vorher.',
      ],
    },
    page: agentPage,
  },
  'delegation.suspended': {
    subject: phrase({
      en: 'An agent that acts for you has a new owner',
      de: 'Ein Agent, der für Sie handelt, hat einen neuen Eigentümer',
    }),
    says: {
      en: ({ agent, when }) => [
        `The agent ${agent} got a new owner on ${when}. You had allowed it to act for you.`,
        'It may do nothing of that until you confirm the new owner. Sign in, look who it is, and confirm it or end it.',
      ],
      de: ({ agent, when }) => [
        `Der Agent ${agent} hat am ${when} einen neuen Eigentümer bekommen. Sie hatten ihm erlaubt, für Sie zu handeln.`,
        'Nichts davon ist ihm erlaubt, bis Sie den neuen Eigentümer bestätigen. Melden Sie sich an, sehen Sie, wer es ist, und bestätigen oder beenden Sie es.',
      ],
    },
    page: accountPage,
  },
  'agent.ending': {
    subject: phrase({
      en: 'An agent of yours is about to be suspended',
      de: 'Einer Ihrer Agenten wird bald ausgesetzt',
    }),
    says: {
      en: ({ agent, end }) => [`The agent ${agent} will be suspended ${end}: its time ends, or it is not used.`],
      de: ({ agent, end }) => [
        `Der Agent ${agent} wird ${end} ausgesetzt: Seine Zeit endet, oder er wird nicht genutzt.`,
      ],
    },
    page: agentPage,
  },
  'agent.suspended': {
    subject: phrase({ en: 'An agent of yours was suspended', de: 'Einer Ihrer Agenten wurde ausgesetzt' }),
    says: {
      en: ({ agent, when }) => [`The agent ${agent} was suspended on ${when}. Nothing it holds works.`],
      de: ({ agent, when }) => [`Der Agent ${agent} wurde am ${when} ausgesetzt. Nichts, was er hat, wirkt noch.`],
    },
    page: agentPage,
  },
  'agent.restricted': {
    subject: phrase({ en: 'An agent of yours was restricted', de: 'Einer Ihrer Agenten wurde eingeschränkt' }),
    says: {
      en: ({ agent, when }) => [
        `On ${when} a response rule restricted the agent ${agent}, because it behaved unlike itself. What it did before goes on.`,
        'Its page says how, and until when. You may be asked to approve what is new. Do not approve what you do not know.',
      ],
      de: ({ agent, when }) => [
        `Am ${when} hat eine Reaktionsregel den Agenten ${agent} eingeschränkt, weil er sich anders verhielt als sonst. Was er bisher tat, geht weiter.`,
        'Seine Seite sagt, wie, und bis wann. Vielleicht werden Sie um Freigaben für Neues gebeten. Geben Sie nichts frei, was Sie nicht kennen.',
      ],
    },
    page: agentPage,
  },
  'agent.drifted': {
    subject: phrase({
      en: 'An agent of yours runs with another composition',
      de: 'Einer Ihrer Agenten läuft mit anderer Zusammensetzung',
    }),
    says: {
      en: ({ agent, when }) => [
        `On ${when} the agent ${agent} ran with another model, prompt or tools than before, or did not show with which. Its page shows what differs, and whether you have to decide.`,
      ],
      de: ({ agent, when }) => [
        `Am ${when} lief der Agent ${agent} mit anderem Modell, Prompt oder anderen Werkzeugen als bisher, oder zeigte nicht, mit welchen. Seine Seite zeigt, was anders ist, und ob Sie entscheiden müssen.`,
      ],
    },
    page: agentPage,
  },
  'agent.expired': {
    subject: phrase({ en: 'An agent of yours came to its end', de: 'Die Zeit eines Ihrer Agenten ist um' }),
    says: {
      en: ({ agent, when }) => [`The time of the agent ${agent} was over on ${when}. Nothing it holds works.`],
      de: ({ agent, when }) => [`Die Zeit des Agenten ${agent} war am ${when} um. Nichts, was er hat, wirkt noch.`],
    },
    page: agentPage,
  },
  'agent.inactive': {
    subject: phrase({
      en: 'An agent of yours was suspended: it was not used',
      de: 'Einer Ihrer Agenten wurde ausgesetzt: Niemand hat ihn genutzt',
    }),
    says: {
      en: ({ agent, when }) => [`The agent ${agent} was suspended on ${when}, because it was not used.`],
      de: ({ agent, when }) => [`Der Agent ${agent} wurde am ${when} ausgesetzt, weil er nicht genutzt wurde.`],
    },
    page: agentPage,
  },
  'agent.retired': {
    subject: phrase({ en: 'An agent of yours was retired', de: 'Einer Ihrer Agenten wurde stillgelegt' }),
    says: {
      en: ({ agent, when }) => [`The agent ${agent} was retired on ${when}, for good.`],
      de: ({ agent, when }) => [`Der Agent ${agent} wurde am ${when} stillgelegt, und das endgültig.`],
    },
    page: agentPage,
  },
  'agent.orphaned': {
    subject: phrase({ en: 'An agent has no owner any more', de: 'Niemand steht mehr für einen Agenten ein' }),
    says: {
      en: ({ agent, when }) => [`The agent ${agent} was frozen on ${when}: its owner is gone. It waits for a new one.`],
      de: ({ agent, when }) => [
        `Der Agent ${agent} wurde am ${when} eingefroren: Sein Eigentümer ist nicht mehr da. Er wartet auf einen neuen.`,
      ],
    },
    page: agentPage,
  },
  'agent.without_successor': {
    subject: phrase({
      en: 'An agent without owner has no successor to ask',
      de: 'Für einen Agenten ohne Eigentümer ist keine Nachfolge mehr zu fragen',
    }),
    says: {
      en: ({ agent, when }) => [
        `Since ${when} the successor rules name no further successor for the agent ${agent}. It stays frozen.`,
        'Offer it to a new owner, or retire it.',
      ],
      de: ({ agent, when }) => [
        `Seit ${when} nennen die Nachfolgeregeln niemanden mehr für den Agenten ${agent}. Er bleibt eingefroren.`,
        'Bieten Sie ihn einem neuen Eigentümer an, oder legen Sie ihn still.',
      ],
    },
    page: agentPage,
  },
  'response.acted': {
    subject: phrase({ en: 'An agent behaves unlike itself', de: 'Ein Agent verhält sich anders als sonst' }),
    says: {
      en: ({ agent, when }) => [
        `On ${when} a response rule acted on the agent ${agent}.`,
        'Its page says whether it is suspended or restricted. behalf responses list says which rule it was, and why.',
      ],
      de: ({ agent, when }) => [
        `Am ${when} hat eine Reaktionsregel auf den Agenten ${agent} reagiert.`,
        'Seine Seite sagt, ob er ausgesetzt oder eingeschränkt ist. Welche Regel es war, und warum, sagt behalf responses list.',
      ],
    },
    page: agentPage,
  },
  'agent.killed': {
    subject: phrase({
      en: 'An agent of yours was stopped in an emergency',
      de: 'Einer Ihrer Agenten wurde durch den Notaus angehalten',
    }),
    says: {
      en: ({ agent, when }) => [`A kill was ordered on ${when} for the agent ${agent}. All it held is over.`],
      de: ({ agent, when }) => [
        `Am ${when} wurde für den Agenten ${agent} der Notaus ausgelöst. Alles, was er hatte, ist beendet.`,
      ],
    },
    page: agentPage,
  },
  'agent.kill_lifted': {
    subject: phrase({ en: 'An agent of yours may work again', de: 'Einer Ihrer Agenten darf wieder arbeiten' }),
    says: {
      en: ({ agent, when }) => [
        `The kill of the agent ${agent} was lifted on ${when}. Nothing from before lives again.`,
      ],
      de: ({ agent, when }) => [
        `Der Notaus für den Agenten ${agent} wurde am ${when} aufgehoben. Nichts von vorher lebt wieder auf.`,
      ],
    },
    page: agentPage,
  },
  'kill.ordered': {
    subject: phrase({ en: 'A kill was ordered', de: 'Der Notaus wurde ausgelöst' }),
    says: {
      en: ({ when }) => [`A kill was ordered on ${when}. The console and \`behalf kills list\` say of what and why.`],
      de: ({ when }) => [
        `Am ${when} wurde der Notaus ausgelöst. Die Konsole und \`behalf kills list\` sagen, wofür und warum.`,
      ],
    },
    page: consolePage,
  },
  'kill.lifted': {
    subject: phrase({ en: 'A kill was lifted', de: 'Der Notaus wurde aufgehoben' }),
    says: {
      en: ({ when }) => [`A kill was lifted on ${when}. Nothing from before lives again.`],
      de: ({ when }) => [`Am ${when} wurde der Notaus aufgehoben. Nichts von vorher lebt wieder auf.`],
    },
    page: consolePage,
  },
  'approval.requested': {
    subject: phrase({ en: 'An agent asks for your approval', de: 'Ein Agent bittet um Ihre Freigabe' }),
    says: {
      en: ({ agent, when, until = 'for some minutes' }) => [
        `On ${when} the agent ${agent} asked you to approve one action, ${until}.`,
        'Sign in and look at what exactly it is. Nothing happens unless you approve it there.',
      ],
      de: ({ agent, when, until = 'in den nächsten Minuten' }) => [
        `Am ${when} hat der Agent ${agent} Sie gebeten, eine Handlung freizugeben, ${until}.`,
        'Melden Sie sich an und sehen Sie, was genau es ist. Es geschieht nur, was Sie dort freigeben.',
      ],
    },
    page: approvalsPage,
  },
  'approval.escalated': {
    subject: phrase({
      en: 'An action waits, and you are asked now, too',
      de: 'Eine Handlung wartet, und jetzt werden auch Sie gefragt',
    }),
    says: {
      en: ({ agent, when, until }) => [
        `The agent ${agent} asked people to approve one action. No approver decided by ${when}, so you are asked, too${until === undefined ? '' : `, ${until}`}.`,
        'Sign in and look at what exactly it is. Nothing happens unless it is approved there.',
      ],
      de: ({ agent, when, until }) => [
        `Der Agent ${agent} hat darum gebeten, eine Handlung freizugeben. Bis ${when} hatte niemand entschieden; deshalb werden auch Sie gefragt${until === undefined ? '' : `, ${until}`}.`,
        'Melden Sie sich an und sehen Sie, was genau es ist. Es geschieht nur, was dort freigegeben wird.',
      ],
    },
    page: approvalsPage,
  },
  'approval.muted': {
    subject: phrase({ en: 'An agent does not ask you any more today', de: 'Ein Agent fragt Sie heute nicht mehr' }),
    says: {
      en: ({ agent, when }) => [
        `You denied the agent ${agent} several times. From ${when} on it may not ask you for a day.`,
        'To end what it holds, open your account.',
      ],
      de: ({ agent, when }) => [
        `Sie haben den Agenten ${agent} mehrmals abgelehnt. Vom ${when} an darf er Sie einen Tag lang nicht fragen.`,
        'Um zu beenden, was er hat, öffnen Sie Ihr Konto.',
      ],
    },
    page: accountPage,
  },
  'break_glass.requested': {
    subject: phrase({
      en: 'Emergency: break-glass access was requested for an action',
      de: 'Notfall: Eine Handlung soll ohne diejenigen geschehen, die gefragt sind',
    }),
    says: {
      en: ({ when, agent }) => [
        `On ${when} a person with the role break_glass requested break-glass access for an action of the agent ${agent}, without the usual approvers. A second person has ten minutes to approve.`,
        'The page below says which action, who requested it, and why. If you are an approver, you can still deny it under My approvals.',
      ],
      de: ({ when, agent }) => [
        `Am ${when} hat jemand mit der Befugnis dazu verlangt, dass eine Handlung des Agenten ${agent} im Notfall geschieht, ohne diejenigen, die gefragt sind. Eine zweite Person hat zehn Minuten, um zuzustimmen.`,
        'Die Seite unten sagt, welche Handlung, wer es verlangt hat und warum. Wenn Sie zu denen gehören, die gefragt sind, können Sie unter „Meine Freigaben“ noch ablehnen.',
      ],
    },
    page: breakGlassPage,
  },
  'break_glass.activated': {
    subject: phrase({
      en: 'Emergency: two people approved an action',
      de: 'Notfall: Zwei Personen haben eine Handlung freigegeben',
    }),
    says: {
      en: ({ when, agent }) => [
        `On ${when} two people approved an action of the agent ${agent} by break-glass access, without the usual approvers. The agent has two minutes to do it, one time.`,
        'The page below says which action, who they are, and why. A third person must say whether it was right.',
      ],
      de: ({ when, agent }) => [
        `Am ${when} haben zwei Personen eine Handlung des Agenten ${agent} im Notfall freigegeben, ohne diejenigen, die gefragt sind. Der Agent hat dafür zwei Minuten, ein Mal.`,
        'Die Seite unten sagt, welche Handlung, wer die beiden sind und warum. Eine dritte Person muss sagen, ob das richtig war.',
      ],
    },
    page: breakGlassPage,
  },
  'break_glass.reviewed': {
    subject: phrase({
      en: 'A third person reviewed a break-glass action',
      de: 'Eine Notfallfreigabe wurde geprüft',
    }),
    says: {
      en: ({ when, agent }) => [
        `On ${when} a third person said whether it was right to approve the action of the agent ${agent}.`,
      ],
      de: ({ when, agent }) => [
        `Am ${when} hat eine dritte Person gesagt, ob es richtig war, die Handlung des Agenten ${agent} freizugeben.`,
      ],
    },
    page: breakGlassPage,
  },
  'absence.declared': {
    subject: phrase({
      en: 'A deputy decides for a person who is away',
      de: 'Jemand entscheidet für jemanden, der nicht da ist',
    }),
    says: {
      en: ({ when, other, isDeputy, until, ifNotYou }) =>
        isDeputy
          ? [
              `On ${when} ${other} said that you decide about requests of agents for them while they are away, ${until ?? 'until they are back'}.`,
              'Their requests stand among yours. If you do not want that, end it on the page below.',
            ]
          : [
              `On ${when} it was set down that ${other} decides about requests of agents for you while you are away, ${until ?? 'until you are back'}.`,
              `${ifNotYou} It can be ended on the page below.`,
            ],
      de: ({ when, other, isDeputy, until, ifNotYou }) =>
        isDeputy
          ? [
              `Am ${when} hat ${other} bestimmt, dass Sie in Vertretung über Anfragen von Agenten entscheiden, ${until ?? 'bis zur Rückkehr'}.`,
              'Diese Anfragen stehen unter Ihren eigenen. Wenn Sie das nicht wollen, beenden Sie es auf der Seite unten.',
            ]
          : [
              `Am ${when} wurde festgelegt, dass ${other} in Ihrer Abwesenheit für Sie über Anfragen von Agenten entscheidet, ${until ?? 'bis Sie zurück sind'}.`,
              `${ifNotYou} Auf der Seite unten lässt es sich beenden.`,
            ],
    },
    page: awayPage,
  },
  'absence.ended': {
    subject: phrase({
      en: 'A deputy does not decide for a person any more',
      de: 'Niemand entscheidet mehr für jemand anderen',
    }),
    says: {
      en: ({ when, other, isDeputy }) => [
        isDeputy
          ? `From ${when} on you do not decide for ${other} any more.`
          : `From ${when} on ${other} does not decide for you any more.`,
        'Approvals by the deputy count no more, unless the client fetched the token.',
      ],
      de: ({ when, other, isDeputy }) => [
        isDeputy
          ? `Vom ${when} an entscheiden Sie nicht mehr für ${other}.`
          : `Vom ${when} an entscheidet ${other} nicht mehr für Sie.`,
        'Was bis dahin in Vertretung gesagt wurde, zählt nicht mehr, außer wenn das Token dafür schon abgeholt ist.',
      ],
    },
    page: awayPage,
  },
  'credential.ending': {
    subject: phrase({
      en: 'A credential of an agent of yours ends soon',
      de: 'Ein Schlüssel eines Ihrer Agenten läuft bald ab',
    }),
    says: {
      en: ({ agent, end }) => [`A credential of the agent ${agent} ends ${end}.`],
      de: ({ agent, end }) => [`Ein Schlüssel des Agenten ${agent} läuft ${end} ab.`],
    },
    page: agentPage,
  },
  'credential.expired': {
    subject: phrase({
      en: 'A credential of an agent of yours is over',
      de: 'Ein Schlüssel eines Ihrer Agenten ist abgelaufen',
    }),
    says: {
      en: ({ agent, when }) => [`A credential of the agent ${agent} was over on ${when}.`],
      de: ({ agent, when }) => [`Ein Schlüssel des Agenten ${agent} ist am ${when} abgelaufen.`],
    },
    page: agentPage,
  },
  'audit.mismatch_found': {
    subject: phrase({
      en: 'The audit log was changed in the database',
      de: 'Das Protokoll wurde in der Datenbank geändert',
    }),
    says: {
      en: ({ when }) => [
        `On ${when} the server started and found records of the audit log that do not match their digests. An editor of the database changed them.`,
        '`behalf audit verify --store` on the server names every such record. Keep a copy of the database, and find out which accounts can write to it.',
      ],
      de: ({ when }) => [
        `Am ${when} startete der Server und fand Einträge im Protokoll, die nicht zu ihren Prüfsummen passen. Sie wurden in der Datenbank geändert.`,
        '`behalf audit verify --store` auf dem Server nennt jeden solchen Eintrag. Bewahren Sie eine Kopie der Datenbank auf und prüfen Sie, wer in die Datenbank schreiben kann.',
      ],
    },
    page: () => '/console/audit?type=audit.mismatch_found',
  },
  'webhook.stopped': {
    subject: phrase({ en: 'An endpoint of webhooks was stopped', de: 'Ein Webhook wurde angehalten' }),
    says: {
      en: ({ when }) => [
        `On ${when} an endpoint was stopped that had not taken notifications for too long. Nothing is kept for it from now on.`,
        '`behalf webhooks list` says which, and `behalf webhooks dead-letters` what it did not get.',
      ],
      de: ({ when }) => [
        `Am ${when} wurde ein Webhook angehalten, der zu lange keine Mitteilungen angenommen hatte. Von nun an wird für ihn nichts aufbewahrt.`,
        '`behalf webhooks list` sagt, welcher es ist, und `behalf webhooks dead-letters`, was er nicht bekommen hat.',
      ],
    },
    page: consolePage,
  },
} as const satisfies Readonly<Record<string, MailWords>>;
