import { type HtmlValue, html, phrase } from '../html.ts';

/** What an operator reads before an account is disabled. */
export const disablePersonWords = {
  title: phrase({ en: 'Disable an account', de: 'Konto sperren' }),
  asked: (name: HtmlValue) => phrase({ en: html`Disable ${name}?`, de: html`${name} sperren?` }),
  lead: phrase({
    en: 'The person can no longer sign in. All their sessions and tokens end at once. Enabling the account later brings back the roles and delegations only.',
    de: 'Die Person kann sich nicht mehr anmelden. Alle ihre Sitzungen und Tokens enden sofort. Beim Entsperren kommen nur die Rollen und Delegationen zurück.',
  }),
  already: phrase({ en: 'This account is already disabled.', de: 'Dieses Konto ist bereits gesperrt.' }),
  ends: phrase({ en: 'What ends or stops', de: 'Was endet oder ruht' }),
  nothing: phrase({
    en: 'The person owns no agent alone, and has no session, delegation, standing approval or role that would end or stop.',
    de: 'Der Person gehört kein Agent allein, und sie hat keine Sitzung, Delegation, Dauerfreigabe oder Rolle, die enden oder ruhen würde.',
  }),
  agents: phrase({ en: 'Agents that become orphaned', de: 'Agenten, die verwaist werden' }),
  groups: phrase({ en: 'Groups without an active member', de: 'Gruppen ohne aktives Mitglied' }),
  delegations: phrase({ en: 'Delegations that stop', de: 'Delegationen, die ruhen' }),
  standing: phrase({ en: 'Standing approvals that end', de: 'Dauerfreigaben, die enden' }),
  sessions: phrase({ en: 'Sessions that end', de: 'Sitzungen, die enden' }),
  roles: phrase({ en: 'Roles that stop', de: 'Rollen, die ruhen' }),
  heldAt: (agent: HtmlValue, resource: HtmlValue) =>
    phrase({ en: html`${agent} at ${resource}`, de: html`${agent} bei ${resource}` }),
  count: (count: number, more: boolean) =>
    phrase({ en: more ? `more than ${count}` : `${count}`, de: more ? `mehr als ${count}` : `${count}` }),
  others: (count: number, more: boolean) =>
    phrase({
      en: more ? `and more than ${count} others` : `and ${count} ${count === 1 ? 'other' : 'others'}`,
      de: more ? `und mehr als ${count} weitere` : `und ${count} weitere`,
    }),
};
