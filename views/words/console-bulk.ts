import { type HtmlValue, html, phrase } from '../html.ts';

const agentsEn = (count: number): string => `${count} ${count === 1 ? 'agent' : 'agents'}`;
/** In the accusative, which has one form for any number. */
const agentsDe = (count: number): string => `${count} Agenten`;

/** One action on several agents: the choice in the list, the preview, and the result. */
export const bulkWords = {
  title: phrase({ en: 'Change several agents', de: 'Mehrere Agenten ändern' }),
  choose: (name: HtmlValue) => phrase({ en: html`Choose ${name}`, de: html`${name} auswählen` }),
  chooseAll: phrase({ en: 'Choose all on this page', de: 'Alle dieser Seite auswählen' }),
  withChosen: phrase({ en: 'With the chosen agents', de: 'Mit den ausgewählten Agenten' }),
  deeds: {
    suspend: phrase({ en: 'Suspend', de: 'Aussetzen' }),
    'hand-over': phrase({ en: 'Hand over', de: 'Übergeben' }),
    retire: phrase({ en: 'Retire', de: 'Stilllegen' }),
  },
  buttons: {
    suspend: (count: number) => phrase({ en: `Suspend ${agentsEn(count)}`, de: `${agentsDe(count)} aussetzen` }),
    'hand-over': (count: number) => phrase({ en: `Offer ${agentsEn(count)}`, de: `${agentsDe(count)} anbieten` }),
    retire: (count: number) =>
      phrase({ en: `Retire ${agentsEn(count)} for good`, de: `${agentsDe(count)} endgültig stilllegen` }),
  },
  asked: {
    suspend: (count: number) => phrase({ en: `Suspend ${agentsEn(count)}?`, de: `${agentsDe(count)} aussetzen?` }),
    'hand-over': (count: number) =>
      phrase({ en: `Hand over ${agentsEn(count)}?`, de: `${agentsDe(count)} übergeben?` }),
    retire: (count: number) =>
      phrase({ en: `Retire ${agentsEn(count)} for good?`, de: `${agentsDe(count)} endgültig stilllegen?` }),
  },
  leads: {
    suspend: phrase({
      en: 'A suspended agent can do nothing until its owner or an operator resumes it. Its tokens stop working at once.',
      de: 'Ein ausgesetzter Agent kann nichts tun, bis sein Eigentümer oder ein Operator ihn fortsetzt. Seine Tokens funktionieren sofort nicht mehr.',
    }),
    'hand-over': phrase({
      en: 'The new owner must accept each agent. Nothing changes until then.',
      de: 'Der neue Eigentümer muss jeden Agenten annehmen. Bis dahin ändert sich nichts.',
    }),
    retire: phrase({
      en: 'A retired agent loses all its access at once and can never act again. To stop agents for a while, suspend them.',
      de: 'Ein stillgelegter Agent verliert sofort jeden Zugriff und kann nie wieder handeln. Um Agenten eine Weile anzuhalten, setzen Sie sie aus.',
    }),
  },
  handOverEnds: phrase({
    en: 'When the new owner accepts an agent, its credentials, tokens, sign-ins, instances and approvals end. What people allowed it is suspended until each of them confirms the new owner. If the agent goes from a group to one of its members, all of this stays.',
    de: 'Nimmt der neue Eigentümer einen Agenten an, enden dessen Nachweise, Tokens, Anmeldungen, Instanzen und Freigaben. Was Personen ihm erlaubt haben, ist ausgesetzt, bis jede den neuen Eigentümer bestätigt. Geht der Agent von einer Gruppe an eines ihrer Mitglieder, bleibt all das bestehen.',
  }),
  nothingChosen: phrase({
    en: 'No agent is chosen. Tick agents in the list, then choose an action.',
    de: 'Es ist kein Agent ausgewählt. Haken Sie Agenten in der Liste an und wählen Sie dann eine Aktion.',
  }),
  nothingChanges: phrase({
    en: 'This action changes none of these agents.',
    de: 'Diese Aktion ändert keinen dieser Agenten.',
  }),
  backToList: phrase({ en: 'Back to the agents', de: 'Zurück zu den Agenten' }),
  agents: phrase({ en: 'Chosen agents', de: 'Ausgewählte Agenten' }),
  happens: phrase({ en: 'What happens', de: 'Was geschieht' }),
  happened: phrase({ en: 'What happened', de: 'Was geschehen ist' }),
  forecasts: {
    changes: phrase({ en: 'changes', de: 'ändert sich' }),
    stays: phrase({ en: 'unchanged', de: 'unverändert' }),
    cannot: phrase({ en: 'not possible', de: 'nicht möglich' }),
  },
  will: {
    suspend: phrase({
      en: 'It loses access until it is resumed.',
      de: 'Er verliert den Zugriff, bis er fortgesetzt wird.',
    }),
    'hand-over': phrase({ en: 'The new owner is asked to accept it.', de: 'Der neue Eigentümer wird gefragt.' }),
    retire: phrase({ en: 'It loses all access for good.', de: 'Er verliert jeden Zugriff für immer.' }),
  },
  /** By the state of an agent. */
  cannot: {
    suspend: {
      pending: phrase({
        en: 'A pending agent cannot be suspended.',
        de: 'Ein ausstehender Agent lässt sich nicht aussetzen.',
      }),
      orphaned: phrase({
        en: 'An agent without an owner cannot be suspended: it is frozen already.',
        de: 'Ein Agent ohne Eigentümer lässt sich nicht aussetzen: Er ist schon eingefroren.',
      }),
      retired: phrase({
        en: 'A retired agent cannot be suspended.',
        de: 'Ein stillgelegter Agent lässt sich nicht aussetzen.',
      }),
    },
  },
  replacesOffer: (name: HtmlValue) =>
    phrase({
      en: html`The new owner is asked to accept it. The offer to ${name} ends.`,
      de: html`Der neue Eigentümer wird gefragt. Das Angebot an ${name} endet.`,
    }),
  already: {
    suspended: phrase({ en: 'It is already suspended.', de: 'Er ist schon ausgesetzt.' }),
    retired: phrase({ en: 'It is already retired.', de: 'Er ist schon stillgelegt.' }),
    owned: phrase({ en: 'The new owner already owns it.', de: 'Er gehört dem neuen Eigentümer schon.' }),
    offered: phrase({ en: 'The new owner has already been asked.', de: 'Der neue Eigentümer ist schon gefragt.' }),
  },
  onlySeen: phrase({
    en: 'You may see this agent, but not change it. Ask its owner or an operator.',
    de: 'Sie dürfen diesen Agenten sehen, aber nicht ändern. Fragen Sie seinen Eigentümer oder einen Operator.',
  }),
  others: (count: number) =>
    phrase({
      en: `${agentsEn(count)} ${count === 1 ? 'stays as it is' : 'stay as they are'}`,
      de: `${count} ${count === 1 ? 'Agent bleibt, wie er ist' : 'Agenten bleiben, wie sie sind'}`,
    }),
  howMany: phrase({ en: 'Number of agents', de: 'Anzahl der Agenten' }),
  confirm: (count: HtmlValue) =>
    phrase({
      en: html`You cannot undo this. To confirm, type the number of agents: ${count}`,
      de: html`Das lässt sich nicht rückgängig machen. Zur Bestätigung geben Sie die Anzahl der Agenten ein: ${count}`,
    }),
  outcomes: {
    done: phrase({ en: 'done', de: 'erledigt' }),
    unchanged: phrase({ en: 'unchanged', de: 'unverändert' }),
    refused: phrase({ en: 'refused', de: 'abgelehnt' }),
  },
  did: {
    suspended: phrase({ en: 'It is suspended.', de: 'Er ist ausgesetzt.' }),
    offered: phrase({ en: 'The new owner has been asked to accept it.', de: 'Der neue Eigentümer ist gefragt.' }),
    transferred: phrase({ en: 'The new owner now owns it.', de: 'Er gehört jetzt dem neuen Eigentümer.' }),
    retired: phrase({ en: 'It is retired for good.', de: 'Er ist endgültig stillgelegt.' }),
  },
  results: {
    suspend: phrase({ en: 'Agents suspended', de: 'Agenten ausgesetzt' }),
    'hand-over': phrase({ en: 'Agents handed over', de: 'Agenten übergeben' }),
    retire: phrase({ en: 'Agents retired', de: 'Agenten stillgelegt' }),
  },
  resultCount: ({
    done,
    unchanged,
    refused,
  }: {
    readonly [outcome in 'done' | 'unchanged' | 'refused']: number;
  }) =>
    phrase({
      en: `${done} done, ${unchanged} unchanged, ${refused} refused.`,
      de: `${done} erledigt, ${unchanged} unverändert, ${refused} abgelehnt.`,
    }),
};
