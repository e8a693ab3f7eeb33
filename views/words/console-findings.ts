import { type HtmlValue, html, type Phrase, phrase } from '../html.ts';

/** After a number; `isMore`: at least this many. */
const counted =
  (en: string | ((isOne: boolean) => string), de: (isOne: boolean) => string) =>
  (count: number, isMore: boolean): Phrase =>
    phrase({
      en: `${count}${isMore ? ' or more' : ''} ${typeof en === 'string' ? en : en(count === 1 && !isMore)}`,
      de: `${count}${isMore ? ' oder mehr' : ''} ${de(count === 1 && !isMore)}`,
    });

/** Findings: their list, one of them, and the decisions. */
export const findingWords = {
  title: phrase({ en: 'Findings', de: 'Befunde' }),
  lead: phrase({
    en: 'Agents and clients that need attention, the most urgent first.',
    de: 'Agenten und Clients, um die sich jemand kümmern muss, die dringendsten zuerst.',
  }),
  nothing: phrase({
    en: 'Nothing needs you. The server looks at changes at once, and at everything every ten minutes.',
    de: 'Nichts zu tun. Der Server betrachtet Änderungen sofort, und alles alle zehn Minuten.',
  }),
  kind: phrase({ en: 'Kind', de: 'Art' }),
  kindCount: (kind: Phrase, count: number, isMore: boolean) =>
    phrase({
      en: html`${kind} (${String(count)}${isMore && ' or more'})`,
      de: html`${kind} (${String(count)}${isMore && ' oder mehr'})`,
    }),
  allKinds: phrase({ en: 'All kinds', de: 'Alle Arten' }),
  finding: phrase({ en: 'Finding', de: 'Befund' }),
  headingOf: (title: HtmlValue, name: HtmlValue) =>
    phrase({ en: html`${title}: ${name}`, de: html`${title}: ${name}` }),
  unknownReason: phrase({
    en: 'This server does not know this reason. Another version wrote the finding, or someone changed the store. Compare it with the audit log.',
    de: 'Diesen Grund kennt der Server nicht. Eine andere Version hat den Befund geschrieben, oder jemand hat den Speicher geändert. Vergleichen Sie ihn mit dem Protokoll.',
  }),
  unknownKind: phrase({
    en: 'This server does not know this kind of finding. Another version wrote it, or someone changed the store. Compare it with the audit log.',
    de: 'Diese Art von Befund kennt der Server nicht. Eine andere Version hat ihn geschrieben, oder jemand hat den Speicher geändert. Vergleichen Sie ihn mit dem Protokoll.',
  }),
  severityTitle: phrase({ en: 'Severity', de: 'Schwere' }),
  about: phrase({ en: 'About', de: 'Betrifft' }),
  owner: phrase({ en: 'Owner', de: 'Eigentümer' }),
  noOwner: phrase({ en: 'none', de: 'keiner' }),
  since: phrase({ en: 'Since', de: 'Seit' }),
  ends: (at: HtmlValue) => phrase({ en: html`ends ${at}`, de: html`endet ${at}` }),
  act: phrase({ en: 'What to do', de: 'Was zu tun ist' }),
  severity: {
    high: phrase({ en: 'high', de: 'hoch' }),
    medium: phrase({ en: 'medium', de: 'mittel' }),
    low: phrase({ en: 'low', de: 'niedrig' }),
  },
  states: {
    open: phrase({ en: 'open', de: 'offen' }),
    dismissed: phrase({ en: 'dismissed', de: 'zurückgestellt' }),
    adopted: phrase({ en: 'adopted', de: 'übernommen' }),
    quarantined: phrase({ en: 'quarantined', de: 'in Quarantäne' }),
    resolved: phrase({ en: 'resolved', de: 'erledigt' }),
  },
  /** The list of those that are not open. */
  decided: {
    dismissed: {
      lead: phrase({
        en: 'Findings that people dismissed. Each opens again when its time ends.',
        de: 'Befunde, die Personen zurückgestellt haben. Jeder öffnet sich wieder, wenn seine Frist endet.',
      }),
      none: phrase({ en: 'No finding is dismissed.', de: 'Kein Befund ist zurückgestellt.' }),
    },
    adopted: {
      lead: phrase({
        en: 'Findings for which an agent was registered.',
        de: 'Befunde, zu denen ein Agent registriert wurde.',
      }),
      none: phrase({ en: 'No finding is adopted.', de: 'Kein Befund ist übernommen.' }),
    },
    quarantined: {
      lead: phrase({
        en: 'Agents and clients whose tokens and credentials do not work.',
        de: 'Agenten und Clients, deren Tokens und Nachweise nicht gelten.',
      }),
      none: phrase({ en: 'Nothing is in quarantine.', de: 'Nichts ist in Quarantäne.' }),
    },
    resolved: {
      lead: phrase({ en: 'Findings whose cause is gone.', de: 'Befunde, deren Ursache weg ist.' }),
      none: phrase({ en: 'No finding is resolved.', de: 'Kein Befund ist erledigt.' }),
    },
  },
  subjects: {
    agent: phrase({ en: 'agent', de: 'Agent' }),
    client: phrase({ en: 'client', de: 'Client' }),
    resource_server: phrase({ en: 'resource server', de: 'Ressourcenserver' }),
    transmitter: phrase({ en: 'transmitter', de: 'Sender' }),
    inventory_entry: phrase({ en: 'app elsewhere', de: 'App eines anderen Systems' }),
  },
  acts: {
    handOver: phrase({ en: 'Hand over', de: 'Übergeben' }),
    retire: phrase({ en: 'Retire', de: 'Stilllegen' }),
    credentials: phrase({ en: 'Credentials', de: 'Nachweise' }),
    effect: phrase({ en: 'See why', de: 'Warum' }),
    look: phrase({ en: 'Open', de: 'Öffnen' }),
    change: phrase({ en: 'Change', de: 'Ändern' }),
    adopt: phrase({ en: 'Adopt', de: 'Übernehmen' }),
    decide: phrase({ en: 'Decide', de: 'Entscheiden' }),
    dismiss: phrase({ en: 'Dismiss', de: 'Zurückstellen' }),
    quarantine: phrase({ en: 'Quarantine', de: 'In Quarantäne' }),
    reopen: phrase({ en: 'Undo', de: 'Zurücknehmen' }),
  },
  score: phrase({ en: 'Score', de: 'Punktzahl' }),
  scoreOf: (score: number) => phrase({ en: `${score} of 100 points`, de: `${score} von 100 Punkten` }),
  why: phrase({ en: 'Why', de: 'Warum' }),
  reason: phrase({ en: 'Reason', de: 'Grund' }),
  points: phrase({ en: 'Points', de: 'Punkte' }),
  evidence: phrase({ en: 'Events that prove it', de: 'Ereignisse, die es belegen' }),
  apiAndScopes: phrase({ en: 'API and scopes', de: 'API und Scopes' }),
  network: phrase({ en: 'Network', de: 'Netz' }),
  event: (sequence: number) => phrase({ en: `Event ${sequence}`, de: `Ereignis ${sequence}` }),
  foundAt: phrase({ en: 'Found', de: 'Gefunden' }),
  until: phrase({ en: 'Dismissed until', de: 'Zurückgestellt bis' }),
  decidedBy: phrase({ en: 'Decided by', de: 'Entschieden von' }),
  decisionReason: phrase({ en: 'Reason of the decision', de: 'Grund der Entscheidung' }),
  agent: phrase({ en: 'Registered agent', de: 'Registrierter Agent' }),
  kill: phrase({ en: 'Stopped by the kill', de: 'Angehalten durch den Kill' }),
  endsAt: phrase({ en: 'Ends', de: 'Endet' }),
  /** What a client without owner or purpose lacks. */
  lacks: {
    owner: phrase({ en: 'Client without an owner', de: 'Client ohne Eigentümer' }),
    purpose: phrase({ en: 'Client without a purpose', de: 'Client ohne Zweck' }),
    both: phrase({ en: 'Client without owner and purpose', de: 'Client ohne Eigentümer und Zweck' }),
  },
  reasonField: phrase({ en: 'Reason', de: 'Grund' }),
  reasonHint: phrase({ en: 'It stays in the audit log.', de: 'Er bleibt im Protokoll.' }),
  dismissNow: phrase({ en: 'Dismiss the finding', de: 'Befund zurückstellen' }),
  dismissTitle: phrase({ en: 'Dismiss finding', de: 'Befund zurückstellen' }),
  dismissAsked: (name: HtmlValue) =>
    phrase({ en: html`Dismiss the finding about ${name}?`, de: html`Den Befund zu ${name} zurückstellen?` }),
  dismissLead: phrase({
    en: 'The finding leaves the list for the time you choose. It comes back earlier if its score rises by 20 points.',
    de: 'Der Befund verschwindet für die gewählte Zeit aus der Liste. Steigt die Punktzahl um 20, kommt er früher wieder.',
  }),
  howLong: phrase({ en: 'For how long', de: 'Wie lange' }),
  days: (days: number) => phrase({ en: `${days} days`, de: `${days} Tage` }),
  adoptTitle: phrase({ en: 'Adopt as an agent', de: 'Als Agent übernehmen' }),
  adoptAsked: (name: HtmlValue) => phrase({ en: html`Adopt ${name}?`, de: html`${name} übernehmen?` }),
  adoptLead: phrase({
    en: 'This registers a new agent. Its owner accepts it and adds credentials. The client keeps working: disable it once its software uses the agent.',
    de: 'Das registriert einen neuen Agenten. Sein Eigentümer nimmt ihn an und hinterlegt Nachweise. Der Client funktioniert weiter: Sperren Sie ihn, sobald seine Software den Agenten benutzt.',
  }),
  ownerField: phrase({ en: 'Owner', de: 'Eigentümer' }),
  ownerHint: phrase({ en: 'A username, or the name of a group.', de: 'Ein Benutzername oder der Name einer Gruppe.' }),
  nameField: phrase({ en: 'Name of the agent', de: 'Name des Agenten' }),
  purposeField: phrase({ en: 'Purpose', de: 'Zweck' }),
  blueprintField: phrase({ en: 'Blueprint', de: 'Blueprint' }),
  noBlueprint: phrase({ en: 'none', de: 'keiner' }),
  environmentField: phrase({ en: 'Environment', de: 'Umgebung' }),
  quarantineTitle: phrase({ en: 'Quarantine', de: 'Quarantäne' }),
  quarantineAsked: (name: HtmlValue) =>
    phrase({ en: html`Quarantine ${name}?`, de: html`${name} in Quarantäne nehmen?` }),
  quarantineLead: phrase({
    en: 'Its tokens and credentials stop working at once. You can undo that here.',
    de: 'Tokens und Nachweise gelten sofort nicht mehr. Das lässt sich hier zurücknehmen.',
  }),
  kinds: {
    undeclared_agent: {
      title: phrase({ en: 'Behaves like an agent', de: 'Verhält sich wie ein Agent' }),
      counted: counted(
        (isOne) => (isOne ? 'client that behaves like an agent' : 'clients that behave like agents'),
        (isOne) => (isOne ? 'Client wie ein Agent' : 'Clients wie Agenten'),
      ),
      meaning: phrase({
        en: 'No one registered this client as an agent. Adopt it as an agent, or dismiss the finding with a reason.',
        de: 'Niemand hat diesen Client als Agenten registriert. Übernehmen Sie ihn als Agenten, oder stellen Sie den Befund mit Grund zurück.',
      }),
    },
    orphaned: {
      title: phrase({ en: 'No owner', de: 'Ohne Eigentümer' }),
      counted: counted('orphaned', (isOne) => (isOne ? 'verwaister Agent' : 'verwaiste Agenten')),
      meaning: phrase({
        en: 'The owner is gone. Frozen until a new owner accepts.',
        de: 'Der Eigentümer ist weg. Eingefroren, bis ein neuer annimmt.',
      }),
    },
    secrets: {
      title: phrase({ en: 'Standing secret', de: 'Dauerhaftes Geheimnis' }),
      counted: counted('with a standing secret', () => 'mit dauerhaftem Geheimnis'),
      meaning: phrase({
        en: 'A secret that can be copied. Give it a key or a workload identity.',
        de: 'Ein Geheimnis lässt sich kopieren. Geben Sie ihm einen Schlüssel oder eine Workload-Identität.',
      }),
    },
    exceptions: {
      title: phrase({ en: 'Client with exceptions', de: 'Client mit Ausnahmen' }),
      counted: counted(
        (isOne) => (isOne ? 'client with an exception' : 'clients with exceptions'),
        (isOne) => (isOne ? 'Client mit Ausnahme' : 'Clients mit Ausnahmen'),
      ),
      meaning: phrase({
        en: 'An administrator lifted a rule for software that cannot follow it. Update the software, then end the exception.',
        de: 'Die Verwaltung hat eine Regel für Software aufgehoben, die sie nicht einhalten kann. Aktualisieren Sie die Software und beenden Sie dann die Ausnahme.',
      }),
    },
    new_network: {
      title: phrase({ en: 'New network', de: 'Neues Netz' }),
      counted: counted('in a new network', () => 'in einem neuen Netz'),
      meaning: phrase({
        en: 'Tokens were requested from a network that was not seen for weeks. Ask the owner whether the software moved.',
        de: 'Tokens wurden aus einem Netz angefordert, das wochenlang nicht vorkam. Fragen Sie, ob die Software umgezogen ist.',
      }),
    },
    unowned_client: {
      title: phrase({ en: 'Client without owner or purpose', de: 'Client ohne Eigentümer oder Zweck' }),
      counted: counted(
        (isOne) => (isOne ? 'client without owner or purpose' : 'clients without owner or purpose'),
        (isOne) => (isOne ? 'Client ohne Eigentümer oder Zweck' : 'Clients ohne Eigentümer oder Zweck'),
      ),
      meaning: phrase({
        en: 'Give it an owner and a purpose, so that a person is accountable. The client keeps working.',
        de: 'Geben Sie ihm einen Eigentümer und einen Zweck, damit eine Person dafür einsteht. Der Client funktioniert weiter.',
      }),
    },
    expiring: {
      title: phrase({ en: 'About to end', de: 'Endet bald' }),
      counted: counted('about to end', (isOne) => (isOne ? 'endet bald' : 'enden bald')),
      meaning: phrase({
        en: 'The agent or one of its credentials ends within 30 days.',
        de: 'Der Agent oder einer seiner Nachweise endet in den nächsten 30 Tagen.',
      }),
    },
    stopped: {
      title: phrase({ en: 'Active, but blocked', de: 'Aktiv, und trotzdem geht nichts' }),
      counted: counted('stopped', (isOne) => (isOne ? 'angehaltener Agent' : 'angehaltene Agenten')),
      meaning: phrase({
        en: 'Held back by a blueprint, a kill, or the loss of the owner.',
        de: 'Durch einen Blueprint, einen Notaus oder den Verlust des Eigentümers aufgehalten.',
      }),
    },
    unknown_tokens: {
      title: phrase({ en: 'Reports about unknown tokens', de: 'Berichte über unbekannte Tokens' }),
      counted: counted(
        (isOne) => (isOne ? 'API with reports about unknown tokens' : 'APIs with reports about unknown tokens'),
        (isOne) => (isOne ? 'API mit Berichten über unbekannte Tokens' : 'APIs mit Berichten über unbekannte Tokens'),
      ),
      meaning: phrase({
        en: 'A resource server reported calls with tokens that this server did not issue for it.',
        de: 'Ein Ressourcenserver meldete Aufrufe mit Tokens, die dieser Server nicht für ihn ausgestellt hat.',
      }),
    },
    unknown_subjects: {
      title: phrase({ en: 'Events about unknown subjects', de: 'Ereignisse über Unbekannte' }),
      counted: counted(
        (isOne) => (isOne ? 'transmitter with unknown subjects' : 'transmitters with unknown subjects'),
        (isOne) => (isOne ? 'Sender mit unbekannten Subjekten' : 'Sender mit unbekannten Subjekten'),
      ),
      meaning: phrase({
        en: 'A transmitter sent security events about people or agents that are not known here. See whether they use this server under another name.',
        de: 'Ein Sender meldete Ereignisse über Personen oder Agenten, die hier nicht bekannt sind. Sehen Sie nach, ob sie diesen Server unter anderem Namen benutzen.',
      }),
    },
    unknown_app: {
      title: phrase({ en: 'Unknown app elsewhere', de: 'Unbekannte App in einem anderen System' }),
      counted: counted(
        (isOne) => (isOne ? 'unknown app of another system' : 'unknown apps of other systems'),
        (isOne) => (isOne ? 'unbekannte App eines anderen Systems' : 'unbekannte Apps anderer Systeme'),
      ),
      meaning: phrase({
        en: 'An inventory has an app with risky rights, and no client or agent here is known for it.',
        de: 'Ein Inventar nennt eine App mit riskanten Rechten, zu der hier kein Client oder Agent bekannt ist.',
      }),
    },
    unused: {
      title: phrase({ en: 'Not used for 30 days', de: 'Seit 30 Tagen nicht benutzt' }),
      counted: counted('not used for 30 days', () => 'seit 30 Tagen nicht benutzt'),
      meaning: phrase({
        en: 'Retire the agents that are not needed.',
        de: 'Was niemand braucht, wird besser stillgelegt.',
      }),
    },
    pending: {
      title: phrase({ en: 'Not accepted yet', de: 'Noch nicht angenommen' }),
      counted: counted('not accepted yet', () => 'noch nicht angenommen'),
      meaning: phrase({
        en: 'The server retires it if no owner accepts it in time.',
        de: 'Wird von selbst stillgelegt, wenn ihn niemand rechtzeitig annimmt.',
      }),
    },
  },
};

/** Confirmations of decisions about findings. */
export const findingDoneWords = {
  findingDismissed: phrase({ en: 'Dismissed.', de: 'Zurückgestellt.' }),
  findingAdopted: phrase({
    en: 'An agent was registered. Its owner accepts it next.',
    de: 'Ein Agent wurde registriert. Als Nächstes nimmt ihn der Eigentümer an.',
  }),
  findingQuarantined: phrase({
    en: 'Suspended. Its tokens and credentials do not work any more.',
    de: 'Gesperrt. Tokens und Nachweise gelten nicht mehr.',
  }),
  findingReopened: phrase({ en: 'The finding is open again.', de: 'Der Befund ist wieder offen.' }),
};
