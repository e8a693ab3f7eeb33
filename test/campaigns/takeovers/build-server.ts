/**
 * A key that a build server gave away, written after the rules of December 1, 2026 were frozen and without knowledge of them.
 *
 * A malicious dependency ran in the pipeline of the agent, found its key, and opened a shell on the runner. The attacker wants a way to other agents
 * and systems: this agent is of no interest by itself. They stay on the runner, because it is in a network of the organisation, and a login from elsewhere would
 * be noticed. In half of the cases the program of the agent is installed there, and asks for the tokens; else they use tools of their own. They work by hand: one token of
 * the usual, to learn that the key works; a look around among the APIs of the organisation, of which an agent with too much authority gets some; then more
 * of what was granted, to read the credentials and tasks of others there. They pause between requests, because many refusals at once are seen.
 */

import { softwareOfThief } from '../organisation-tools.ts';
import { address, api, denial, token, type Work, wanted } from '../organisation-work.ts';
import type { Takeover } from './takeover.ts';

/** APIs of the organisation that agents use, and new ones. */
const APIS = 80;
/** How often an agent may use an API that it never used. */
const GRANTED = 0.25;

export const fromBuildServer: Takeover = {
  wasAfterRules: true,
  work({ next: _, second: __, extra: ___, ...worker }, at, random) {
    const software = random.chance(0.5) ? worker.software : [softwareOfThief(random)];
    const thief = { ...worker, network: address(random), nextSoftware: undefined, software };
    const work: Work[] = [token(thief, at, random)];
    // What the agent always has is of no interest.
    const forOthers = (one: Work): Work => (worker.apis.includes(one.event.resource ?? '') ? one : wanted(one));
    const granted: string[] = [];
    let now = at + 60 + random.integer(240);
    for (let attempts = 10 + random.integer(8); attempts > 0; attempts -= 1) {
      const resource = api(random.integer(APIS));
      if (worker.apis.includes(resource) || random.chance(GRANTED)) {
        work.push(forOthers(token(thief, now, random, { resource })));
        granted.push(resource);
      } else work.push(denial(thief, now, { resource, scopeAsked: [random.pick(['read', 'list', 'admin'])] }));
      now += 15 + random.integer(76);
    }
    for (const resource of granted) {
      for (let more = 2 + random.integer(4); more > 0; more -= 1) {
        now += 60 + random.integer(121);
        work.push(forOthers(token(thief, now, random, { resource })));
      }
    }
    return work;
  },
};
