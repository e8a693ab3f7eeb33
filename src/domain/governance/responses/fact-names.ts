/** The facts about an agent that the conditions of response rules name. */

/** Every fact, with what it counts. */
export const FACTS = {
  tokens_hour: 'tokens within an hour',
  rate_times: 'tokens within an hour, as a multiple of the most in any hour of its 28 days before today',
  tokens_minute: 'tokens within a minute',
  minute_times: 'tokens within a minute, as a multiple of the most in any minute of its 28 days before today',
  burst_times: 'tokens within ten seconds, as a multiple of the most so far in its 28 days before today',
  reach_times:
    'scopes, each with its API, that it used within ten minutes, as a multiple of the most in its 28 days before today',
  odd_tokens_hour: 'tokens within an hour, at a time of day at which it was idle for 28 days',
  denials_10_minutes: 'refused token requests within ten minutes',
  refused_kinds_10_minutes: 'different sets of API and scopes that it was refused within ten minutes',
  new_resources_hour: 'APIs that it used for the first time within an hour',
  new_networks_hour: 'networks that it used for the first time within an hour',
  foreign_networks_hour: 'of these networks, those that no other agent had used for a week, on three days',
  network_returns_hour: 'changes within an hour between a network that is new and one that is not',
  new_software_hour: 'programs that asked for its tokens for the first time within an hour',
  new_compositions_hour:
    'compositions (model, prompt and tools) that it showed for the first time within an hour, as far as it shows them',
  new_rights_hour: 'scopes, each with its API, that it was given for the first time within an hour',
  new_shapes_hour:
    'forms of requests (scopes together at an API, with a grant type, all of which it has used for a week) that it sent for the first time within an hour',
  first_people_hour:
    'people for whom it acted for the first time within an hour, if it met none in the fortnight before today',
  new_people_hour: 'people for whom it acted for the first time within an hour',
  new_people_minute: 'people for whom it acted for the first time within a minute',
  new_people_times:
    'people for whom it acted for the first time within an hour, as a multiple of what so many tokens brought in its 28 days before today',
  new_chains_hour: 'chains of agents in which it acted for the first time within an hour',
  chain_growth_hour: 'agents by which its longest chain within an hour exceeds those of its 28 days before today',
  idle_days: 'days for which it did nothing before it began again, within an hour',
  odd_approvals_hour: 'approvals that it asked for within an hour, at a time of day at which it was idle for 28 days',
  odd_approvals_minute: 'of these approvals, those within a minute',
  approvals_times:
    'approvals that it asked for within an hour, as a multiple of the most in any hour of its 28 days before today',
  denied_approvals_hour: 'approvals that it asked for and that a person denied within an hour',
  new_approver_networks_hour:
    'networks from which a person approved for it for the first time within an hour, counted for each person',
  quick_approvals_hour:
    'approvals that people gave within an hour, each in less than a third of the least time in its 28 days before today',
  alike_agents_hour:
    'other agents of its owner, blueprint, composition or chain that within an hour began to use the same API, scope, form of request or agent as it did',
  owner_oddness_hour:
    'ways in which its owner was unlike their 28 days within an hour before it did something: a network that is new for them, another second factor or password, and twice as many keys, agents, consents, budgets or approvals as ever',
  budget_percent_hour: 'percent of a budget that its tokens took within an hour',
  budget_times:
    'what its tokens took of a budget within an hour, as a multiple of the most in any hour of its 28 days before today',
  oddness_hour:
    'ways in which it was unlike its 28 days within an hour, each counted once: a new network (2, if no other agent uses it), program, composition, API, scope or form of request, chain, more new people than its tokens bring or one where it met none, an hour of the day in which it is idle, a pause of a week before, faster than ever, refused three kinds of requests, approvals that people denied twice, or gave faster than ever, three agents that changed as it did, an owner who was unlike themselves in two ways, 1.3 times as many scopes within ten minutes as ever while it is not busy',
} as const;
export type Fact = keyof typeof FACTS;
export const FACT_NAMES = Object.keys(FACTS) as readonly Fact[];

export type FactValues = { readonly [Name in Fact]: number };
