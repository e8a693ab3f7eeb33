/** Takeovers of an agent where it runs: it was misled, or its host was. */
import { api, approval, DAY, denial, HOUR, times, token } from '../organisation-work.ts';
import type { Takeover } from './takeover.ts';

const SCOPES = ['read', 'write', 'admin', 'export'];
const CHAIN_ISSUER = 'https://as.example';

export const whatItMayNot: Takeover = {
  work: (worker, at, random) =>
    times(40, (index) =>
      denial(worker, at + index * 5, { resource: api(random.integer(80)), scopeAsked: [random.pick(SCOPES)] }),
    ),
};

export const misledToOtherApis: Takeover = {
  work: (worker, at, random) =>
    times(30, (index) => token(worker, at + index * 20, random, { resource: api(80 + (index % 6)) })),
};

export const aboutManyPeople: Takeover = {
  work: (worker, at, random) =>
    times(60, (index) => token(worker, at + index * 10, random, { subject: `acc_x${at}_${index}` })),
};

export const massExport: Takeover = {
  work: (worker, at, random) => times(400, (index) => token(worker, at + index * 2, random)),
};

export const peopleAtNight: Takeover = {
  work(worker, at) {
    const night = at - (at % DAY) + ((worker.from + worker.hours + 3) % 24) * HOUR;
    return times(12, (index) => approval(worker, night + index * 30));
  },
  fits: ({ isDormant, hours }) => !isDormant && hours <= 20,
};

export const otherChains: Takeover = {
  work: (worker, at, random) =>
    times(12, (index) => {
      const inner = { sub: `agt_y${index}`, iss: CHAIN_ISSUER, sub_profile: 'ai_agent' } as const;
      const chain = { sub: worker.id, iss: CHAIN_ISSUER, sub_profile: 'ai_agent', act: inner } as const;
      return token(worker, at + index * 20, random, { chain, resource: api(80 + (index % 2)) });
    }),
};
