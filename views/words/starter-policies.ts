import { type Phrase, phrase } from '../html.ts';

/** By id of a starter policy: its reason in the set, and in German. A test fails when one is missing. */
const STARTER_POLICIES: Readonly<Partial<Record<string, { readonly en: string; readonly de: string }>>> = {
  'apps-act': {
    en: 'Registration and consent decide what applications other than agents get.',
    de: 'Registrierung und Einwilligung entscheiden, was Anwendungen bekommen, die keine Agenten sind.',
  },
  'apps-and-people-administer': {
    en: 'Roles decide which applications and people administer this server.',
    de: 'Rollen entscheiden, welche Anwendungen und Personen diesen Server verwalten.',
  },
  'people-approve': {
    en: 'An active person may approve a request that is sent to them.',
    de: 'Eine aktive Person darf freigeben, was an sie gerichtet ist.',
  },
  'agents-delegated': {
    en: 'Agents can receive any delegation. Each use of it is decided separately.',
    de: 'Agenten können jede Vollmacht erhalten. Über jede Nutzung wird einzeln entschieden.',
  },
  'agents-low-risk': {
    en: 'Agents may use low-risk scopes.',
    de: 'Agenten dürfen Scopes mit niedrigem Risiko benutzen.',
  },
  'agents-medium-risk': {
    en: 'Agents may use medium-risk scopes for a person who consented to exactly that scope.',
    de: 'Agenten dürfen Scopes mit mittlerem Risiko für eine Person benutzen, die genau diesem Scope zugestimmt hat.',
  },
  'agents-high-risk': {
    en: 'A person approves each use of a high-risk scope.',
    de: 'Eine Person gibt jede Nutzung eines Scopes mit hohem Risiko frei.',
  },
  'agents-critical-risk': {
    en: 'People approve each use of a critical scope, with a second factor of the last 5 minutes.',
    de: 'Personen geben jede Nutzung eines kritischen Scopes frei, mit einem zweiten Faktor, der höchstens 5 Minuten alt ist.',
  },
  'critical-needs-two-people': {
    en: 'A use of a critical scope that two people have not approved.',
    de: 'Die Nutzung eines kritischen Scopes, die nicht zwei Personen freigegeben haben.',
  },
  'no-agent-administers': {
    en: 'An agent that administers this server.',
    de: 'Ein Agent, der diesen Server verwaltet.',
  },
  'no-agent-at-management': {
    en: 'An agent at the management API, other than for its own instances and transactions.',
    de: 'Ein Agent an der Verwaltungs-API, außer für seine eigenen Instanzen und Vorgänge.',
  },
};

/** The reason of a starter policy. Undefined for another policy, and for one whose reason an author of policies changed. */
export const starterReason = (id: string, reason: string): Phrase | undefined => {
  const known = Object.hasOwn(STARTER_POLICIES, id) ? STARTER_POLICIES[id] : undefined;
  return known?.en === reason ? phrase(known) : undefined;
};
