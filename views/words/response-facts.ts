/** What response rules count about an agent. */
import { phrase } from '../html.ts';

export const factWords = {
  tokens_hour: phrase({ en: 'Tokens in an hour', de: 'Tokens in einer Stunde' }),
  rate_times: phrase({ en: 'Tokens, times its busiest hour', de: 'Tokens, Vielfaches der stärksten Stunde' }),
  tokens_minute: phrase({ en: 'Tokens in a minute', de: 'Tokens in einer Minute' }),
  minute_times: phrase({ en: 'Tokens, times its busiest minute', de: 'Tokens, Vielfaches der stärksten Minute' }),
  odd_tokens_hour: phrase({
    en: 'Tokens at an unusual time in an hour',
    de: 'Tokens zu ungewohnter Zeit in einer Stunde',
  }),
  denials_10_minutes: phrase({ en: 'Refusals in 10 minutes', de: 'Ablehnungen in 10 Minuten' }),
  refused_kinds_10_minutes: phrase({
    en: 'Different refusals in 10 minutes',
    de: 'Verschiedene Ablehnungen in 10 Min.',
  }),
  new_resources_hour: phrase({ en: 'New APIs in an hour', de: 'Neue APIs in einer Stunde' }),
  new_networks_hour: phrase({ en: 'New networks in an hour', de: 'Neue Netze in einer Stunde' }),
  foreign_networks_hour: phrase({
    en: 'New networks in an hour, not used by other agents',
    de: 'Neue Netze in einer Stunde, von anderen Agenten nicht genutzt',
  }),
  network_returns_hour: phrase({
    en: 'Changes between a new and a usual network in an hour',
    de: 'Wechsel zwischen neuem und gewohntem Netz in einer Stunde',
  }),
  new_software_hour: phrase({ en: 'New programs in an hour', de: 'Neue Programme in einer Stunde' }),
  new_compositions_hour: phrase({ en: 'New compositions in an hour', de: 'Neue Zusammensetzungen in einer Stunde' }),
  new_rights_hour: phrase({ en: 'New scopes of APIs in an hour', de: 'Neue Scopes von APIs in einer Stunde' }),
  new_people_hour: phrase({ en: 'New people in an hour', de: 'Neue Personen in einer Stunde' }),
  new_people_minute: phrase({ en: 'New people in a minute', de: 'Neue Personen in einer Minute' }),
  new_people_times: phrase({
    en: 'New people in an hour, as a multiple of what its tokens usually bring',
    de: 'Neue Personen in einer Stunde, als Vielfaches dessen, was seine Tokens sonst bringen',
  }),
  new_chains_hour: phrase({ en: 'New chains of agents in an hour', de: 'Neue Ketten von Agenten in einer Stunde' }),
  chain_growth_hour: phrase({
    en: 'Growth of its longest chain in an hour',
    de: 'Wachstum seiner längsten Kette in einer Stunde',
  }),
  idle_days: phrase({ en: 'Idle days before it began again', de: 'Untätige Tage, bevor er wieder anfing' }),
  odd_approvals_hour: phrase({
    en: 'Approvals at an unusual time in an hour',
    de: 'Freigaben zu ungewohnter Zeit in einer Stunde',
  }),
  odd_approvals_minute: phrase({
    en: 'Approvals at an unusual time in a minute',
    de: 'Freigaben zu ungewohnter Zeit in einer Minute',
  }),
  approvals_times: phrase({
    en: 'Approvals asked for in an hour, as a multiple of its most',
    de: 'Erbetene Freigaben in einer Stunde, als Vielfaches des bisher höchsten',
  }),
  denied_approvals_hour: phrase({
    en: 'Approvals that people denied in an hour',
    de: 'Freigaben, die Personen in einer Stunde ablehnten',
  }),
  new_approver_networks_hour: phrase({
    en: 'New networks of people who approved in an hour',
    de: 'Neue Netze von Personen, die in einer Stunde freigaben',
  }),
  budget_percent_hour: phrase({
    en: 'Percent of a budget that it took in an hour',
    de: 'Prozent eines Budgets, die er in einer Stunde verbrauchte',
  }),
  budget_times: phrase({
    en: 'What it took of a budget in an hour, as a multiple of its most',
    de: 'Verbrauch eines Budgets in einer Stunde, als Vielfaches des bisher höchsten',
  }),
  new_shapes_hour: phrase({
    en: 'New forms of requests in an hour',
    de: 'Neue Formen von Anfragen in einer Stunde',
  }),
  first_people_hour: phrase({
    en: 'New people in an hour, after a fortnight without any',
    de: 'Neue Personen in einer Stunde, nach zwei Wochen ohne solche',
  }),
  quick_approvals_hour: phrase({
    en: 'Approvals in an hour that people gave faster than ever',
    de: 'Freigaben in einer Stunde, die Personen schneller gaben als je zuvor',
  }),
  alike_agents_hour: phrase({
    en: 'Other agents that began to do the same in an hour',
    de: 'Andere Agenten, die in einer Stunde dasselbe zu tun begannen',
  }),
  owner_oddness_hour: phrase({
    en: 'Ways in which its owner was unlike themselves in an hour',
    de: 'Arten, auf die die verantwortliche Person in einer Stunde anders war als sonst',
  }),
  burst_times: phrase({
    en: 'Tokens in ten seconds, as a multiple of its most',
    de: 'Tokens in zehn Sekunden, als Vielfaches des bisher höchsten',
  }),
  reach_times: phrase({
    en: 'Scopes that it used in ten minutes, as a multiple of its most',
    de: 'Scopes, die er in zehn Minuten nutzte, als Vielfaches des bisher höchsten',
  }),
  oddness_hour: phrase({
    en: 'Ways in which it was unlike itself in an hour',
    de: 'Arten, auf die er in einer Stunde anders war als sonst',
  }),
} as const;
