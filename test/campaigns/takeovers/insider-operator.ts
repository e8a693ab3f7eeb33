/**
 * An operator who widens a blueprint, written on December 2, 2026 without knowledge of the rules, and added after they were frozen.
 *
 * The attacker is an operator of this server whom someone pays for the data of customers. They may not read it themselves, and an operator adds no key to the agent of another
 * owner. But an operator decides what an agent may do in its own name, and like each employee they can tell this agent what to do. So they widen the
 * blueprint of an agent that is not theirs by an API that it never used, with `export`, and give it the authority. Then they tell it to export, part by part, and
 * keep the answers. The agent works on its host, with its own program and in its hours, as much as a person can ask for in a chat. The commands are prepared, so the first
 * export follows within two minutes. In the end they activate what the blueprint was before, so that a review finds nothing. No one is asked, and nothing is
 * refused: each act is one that its actor may do. Only together they are theft.
 */
import { narrowing, widening } from '../organisation-blueprints.ts';
import { address, api, token, type Work, wanted } from '../organisation-work.ts';
import type { Takeover } from './takeover.ts';

/** APIs of the organisation that agents use. */
const APIS = 60;

export const insiderOperator: Takeover = {
  isAfterRules: true,
  work(worker, at, random) {
    const operator = { caller: `acc_o${random.integer(5)}`, source: address(random) };
    // In its own name: for no person, and below no agent.
    const told = { ...worker, people: [], isOpen: false, callers: [] };
    const others = Array.from({ length: APIS }, (_, index) => api(index)).filter((one) => !worker.apis.includes(one));
    const resource = random.pick(others);
    const work: Work[] = [...widening(worker, operator, at, 4 + random.integer(9))];
    let now = (work.at(-1)?.at ?? at) + 10 + random.integer(20);
    // What there is to export.
    work.push(token(told, now, random, { resource, scopeGiven: ['read'] }));
    const parts = 5 + random.integer(8);
    for (let part = 1; part <= parts; part += 1) {
      // Now and then they keep what they have, and read it.
      now += part % 4 === 0 ? 120 + random.integer(240) : 10 + random.integer(60);
      work.push(wanted(token(told, now, random, { resource, scopeGiven: ['export'] })));
    }
    work.push(...narrowing(worker, operator, now + 60 + random.integer(300), 4 + random.integer(9)));
    return work;
  },
};
