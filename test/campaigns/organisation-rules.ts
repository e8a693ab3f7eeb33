/** The rules of the simulated organisation. */
import type { ResponseRule } from '../../src/domain/governance/responses/response-rule.ts';

const rule = (name: string, act: ResponseRule['act'], ...when: ResponseRule['when']): ResponseRule => ({
  ...{ id: `rrl_${name}`, name, act, when, state: 'active', createdBy: 'acc_1', createdAt: 0, updatedAt: 0 },
});

/** A network from which the agent works for the first time, and which no other agent uses. */
const ABROAD = { fact: 'foreign_networks_hour', atLeast: 1 } as const;

/** As the guide recommends them. */
export const RULES: readonly ResponseRule[] = [
  rule('abroad', 'contain', ABROAD, { fact: 'new_resources_hour', atLeast: 1 }),
  rule('abroad and busy', 'contain', ABROAD, { fact: 'minute_times', atLeast: 1.2 }),
  rule('woken abroad', 'contain', ABROAD, { fact: 'idle_days', atLeast: 14 }),
  rule('abroad with other software', 'contain', ABROAD, { fact: 'new_software_hour', atLeast: 1 }),
  rule('odd in three ways', 'contain', { fact: 'oddness_hour', atLeast: 3 }),
  rule('in two places', 'notify', ABROAD, { fact: 'network_returns_hour', atLeast: 2 }),
  rule('denials', 'suspend', { fact: 'denials_10_minutes', atLeast: 15 }),
  rule('tries', 'suspend', { fact: 'refused_kinds_10_minutes', atLeast: 6 }),
  rule('APIs', 'suspend', { fact: 'new_resources_hour', atLeast: 3 }),
  rule('people', 'suspend', { fact: 'new_people_minute', atLeast: 5 }, { fact: 'new_people_times', atLeast: 3 }),
  rule('minute', 'suspend', { fact: 'minute_times', atLeast: 4 }),
  rule('many', 'suspend', { fact: 'tokens_minute', atLeast: 25 }),
  rule('rate', 'suspend', { fact: 'rate_times', atLeast: 8 }),
  rule('night', 'contain', { fact: 'odd_approvals_hour', atLeast: 4 }),
  rule('night in a row', 'contain', { fact: 'odd_approvals_minute', atLeast: 2 }),
  rule('chains', 'suspend', { fact: 'new_chains_hour', atLeast: 3 }, { fact: 'new_resources_hour', atLeast: 1 }),
  // New things go on, once a person has seen them.
  rule('another network', 'approve', { fact: 'new_networks_hour', atLeast: 1 }),
  rule('another program', 'approve', { fact: 'new_software_hour', atLeast: 1 }),
  rule('another API', 'approve', { fact: 'new_resources_hour', atLeast: 1 }),
  rule('another scope', 'approve', { fact: 'new_rights_hour', atLeast: 1 }),
  rule('another chain', 'approve', { fact: 'new_chains_hour', atLeast: 1 }),
  rule('more people', 'approve', { fact: 'new_people_hour', atLeast: 3 }, { fact: 'new_people_times', atLeast: 3 }),
  rule('first person', 'approve', { fact: 'first_people_hour', atLeast: 1 }),
  rule('woken', 'approve', { fact: 'idle_days', atLeast: 7 }),
  rule('tries some', 'approve', { fact: 'refused_kinds_10_minutes', atLeast: 2 }),
  rule('asks more', 'approve', { fact: 'approvals_times', atLeast: 1.5 }),
  rule('people deny', 'approve', { fact: 'denied_approvals_hour', atLeast: 2 }),
  // The owner may not be there to see what is asked, or the attacker may have their session.
  rule('odd hour', 'withhold', { fact: 'odd_tokens_hour', atLeast: 1 }),
  rule('asked at an odd hour', 'withhold', { fact: 'odd_approvals_hour', atLeast: 1 }),
  rule(
    'approved from elsewhere',
    'withhold',
    { fact: 'new_approver_networks_hour', atLeast: 1 },
    { fact: 'approvals_times', atLeast: 1 },
  ),
  rule('approved quickly', 'withhold', { fact: 'quick_approvals_hour', atLeast: 1 }),
  rule('another form', 'withhold', { fact: 'new_shapes_hour', atLeast: 1 }),
  rule('as others do', 'withhold', { fact: 'alike_agents_hour', atLeast: 2 }),
  rule('owner unlike', 'withhold', { fact: 'owner_oddness_hour', atLeast: 2 }),
  rule(
    'owner elsewhere',
    'withhold',
    { fact: 'owner_oddness_hour', atLeast: 1 },
    { fact: 'approvals_times', atLeast: 1 },
  ),
  rule('tries one thing', 'withhold', { fact: 'refused_kinds_10_minutes', atLeast: 1 }),
  // These say nothing about new things, so to have none costs little.
  rule('odd in two ways', 'narrow', { fact: 'oddness_hour', atLeast: 2 }),
  rule('another composition', 'narrow', { fact: 'new_compositions_hour', atLeast: 1 }),
  rule('busy hour', 'narrow', { fact: 'rate_times', atLeast: 1.2 }),
  rule('busy minute', 'narrow', { fact: 'minute_times', atLeast: 1 }),
];
