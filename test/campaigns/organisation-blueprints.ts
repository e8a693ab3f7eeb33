/** What an operator of a simulated organisation does so that an agent may do more, or less again: acts of the management API, as the audit log has them. */
import type { Work, Worker } from './organisation-work.ts';

/** Who acts, and the address from which. */
export type Operator = { readonly caller: string; readonly source: string };

/** The operator writes a draft of the blueprint of the agent, and activates it so many seconds later. */
const activation = (
  { id }: Worker,
  { caller, source }: Operator,
  at: number,
  { after, narrows }: { readonly after: number; readonly narrows: boolean },
): readonly Work[] => {
  const target = { kind: 'blueprint', id: `bpt_${id}` } as const;
  const changes = [{ member: 'authority', narrows }];
  return [
    { at, caller, source, about: id, event: { type: 'blueprint.drafted', outcome: 'done', target } },
    {
      ...{ at: at + after, caller, source, about: id },
      event: { type: 'blueprint.activated', outcome: 'done', target, inputs: { changes } },
    },
  ];
};

/** The operator widens the blueprint, and lets the agent use that in its own name. `pause`: seconds between the three acts. */
export const widening = (worker: Worker, operator: Operator, at: number, pause: number): readonly Work[] => {
  const { id: agent } = worker;
  const target = { kind: 'agent', id: agent } as const;
  return [
    ...activation(worker, operator, at, { after: pause, narrows: false }),
    {
      ...{ at: at + 2 * pause, ...operator, about: agent },
      event: { type: 'agent.updated', outcome: 'done', agent, target, changed: ['authority'] },
    },
  ];
};

/** The operator activates what the blueprint was before. So the agent loses the further rights, although its own authority still names them. */
export const narrowing = (worker: Worker, operator: Operator, at: number, pause: number): readonly Work[] =>
  activation(worker, operator, at, { after: pause, narrows: true });
