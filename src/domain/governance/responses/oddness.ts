/** In how many ways an agent is unlike itself: weak signs, which say more together. */
import type { Fact } from './fact-names.ts';

/** Whether the value of the fact is at least the bound. */
type Reaches = (fact: Exclude<Fact, 'oddness_hour'>, bound: number) => boolean;

/**
 * Each way counts once, however often it shows: ten new APIs are one way. Bounds are low, because one way alone is no more than what an honest agent
 * does now and then, and two or three within an hour are seldom chance.
 */
const WAYS: readonly ((reaches: Reaches) => boolean)[] = [
  (reaches) => reaches('new_networks_hour', 1),
  // The network of a stranger is more than a move.
  (reaches) => reaches('foreign_networks_hour', 1),
  (reaches) => reaches('new_software_hour', 1),
  (reaches) => reaches('new_compositions_hour', 1),
  (reaches) => reaches('new_resources_hour', 1) || reaches('new_rights_hour', 1) || reaches('new_shapes_hour', 1),
  (reaches) => reaches('new_chains_hour', 1),
  (reaches) => reaches('first_people_hour', 1) || (reaches('new_people_hour', 3) && reaches('new_people_times', 3)),
  (reaches) => reaches('odd_tokens_hour', 1) || reaches('odd_approvals_hour', 1),
  (reaches) => reaches('idle_days', 7),
  (reaches) => reaches('rate_times', 1.5) || reaches('minute_times', 1.2) || reaches('burst_times', 1.5),
  // Who is busier than ever uses more of what they have.
  (reaches) => reaches('reach_times', 1.3) && !reaches('rate_times', 1) && !reaches('minute_times', 1),
  (reaches) => reaches('refused_kinds_10_minutes', 3),
  (reaches) => reaches('denied_approvals_hour', 2),
  (reaches) => reaches('quick_approvals_hour', 1),
  (reaches) => reaches('alike_agents_hour', 2),
  (reaches) => reaches('owner_oddness_hour', 2),
];

export const oddnessOf = (reaches: Reaches): number => {
  let count = 0;
  for (const isOdd of WAYS) if (isOdd(reaches)) count += 1;
  return count;
};
