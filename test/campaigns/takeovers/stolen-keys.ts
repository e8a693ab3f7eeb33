/** Takeovers by a thief who has the key of an agent, and who is elsewhere. */
import { api, times, token } from '../organisation-work.ts';
import { abroad, type Takeover } from './takeover.ts';

export const otherApis: Takeover = {
  work(worker, at, random) {
    const thief = abroad(worker, random);
    return times(20, (index) => token(thief, at + index * 15, random, { resource: api(80 + (index % 4)) }));
  },
};

export const muchOfTheUsual: Takeover = {
  work(worker, at, random) {
    const thief = abroad(worker, random);
    return times(200, (index) => token(thief, at + index * 4, random));
  },
};

export const asUsual: Takeover = {
  work(worker, at, random) {
    const thief = abroad(worker, random);
    return times(4, (index) => token(thief, at + index * 400, random));
  },
};

export const forgottenKey: Takeover = {
  work(worker, at, random) {
    const thief = abroad(worker, random);
    return times(10, (index) => token(thief, at + index * 30, random));
  },
  fits: ({ isDormant }) => isDormant,
  isLate: true,
};
