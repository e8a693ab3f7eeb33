import { type Phrase, phrase } from '../html.ts';

const GERMAN: Readonly<Record<string, string>> = {
  'Registration and consent decide what applications other than agents get.':
    'Registrierung und Einwilligung entscheiden, was Anwendungen bekommen, die keine Agenten sind.',
  'Roles decide which applications and people administer this server.':
    'Rollen entscheiden, welche Anwendungen und Personen diesen Server verwalten.',
  'An active person may approve a request that is sent to them.':
    'Eine aktive Person darf freigeben, was an sie gerichtet ist.',
  'Agents can receive any delegation. Each use of it is decided separately.':
    'Agenten können jede Vollmacht erhalten. Über jede Nutzung wird einzeln entschieden.',
  'Agents may use low-risk scopes.': 'Agenten dürfen Scopes mit niedrigem Risiko benutzen.',
  'Agents may use medium-risk scopes for a person who consented to exactly that scope.':
    'Agenten dürfen Scopes mit mittlerem Risiko für eine Person benutzen, die genau diesem Scope zugestimmt hat.',
  'A person approves each use of a high-risk scope.':
    'Eine Person gibt jede Nutzung eines Scopes mit hohem Risiko frei.',
  'People approve each use of a critical scope, with a second factor of the last 5 minutes.':
    'Personen geben jede Nutzung eines kritischen Scopes frei, mit einem zweiten Faktor, der höchstens 5 Minuten alt ist.',
  'A use of a critical scope that two people have not approved.':
    'Die Nutzung eines kritischen Scopes, die nicht zwei Personen freigegeben haben.',
  'An agent that administers this server.': 'Ein Agent, der diesen Server verwaltet.',
  'An agent at the management API, other than for its own instances and transactions.':
    'Ein Agent an der Verwaltungs-API, außer für seine eigenen Instanzen und Vorgänge.',
};

/** The reasons of the starter policies, by their text in the set. A test fails when one is missing. */
export const STARTER_REASONS: Readonly<Record<string, Phrase>> = Object.fromEntries(
  Object.entries(GERMAN).map(([en, de]) => [en, phrase({ en, de })]),
);
