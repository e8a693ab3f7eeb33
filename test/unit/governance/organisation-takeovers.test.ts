/** Kinds of takeover of the simulated organisation: each does what its file says, for agents of many habits. */
import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../campaigns/campaign.ts';
import { fitsKind, hostile, isAfterRules, type TakeoverKind } from '../../campaigns/organisation-takeovers.ts';
import { DAY, HOUR, isOfItsPast, newWorker, type Work, type Worker } from '../../campaigns/organisation-work.ts';

const BEGIN = 20_000 * DAY;
const MINUTE = 60;

type Case = { readonly worker: Worker; readonly at: number; readonly work: readonly Work[] };

/** The takeovers of 200 agents that the kind may concern. */
const casesOf = (kind: TakeoverKind): readonly Case[] => {
  const random = seededRandom(1);
  const workers = Array.from({ length: 400 }, (_, index) => newWorker(`agt_${index}`, random));
  const fitting = workers.filter((worker) => fitsKind(kind, worker)).slice(0, 200);
  return fitting.map((worker) => {
    const at = BEGIN + worker.from * HOUR + 2 * HOUR;
    return { worker, at, work: hostile(kind, worker, at, random) };
  });
};

const tokensOf = (work: readonly Work[]): readonly Work[] => work.filter(({ event }) => event.type === 'token.issued');
const first = (work: readonly Work[]): Work => work[0] as Work;

describe.each([
  'agent recruited by another',
  'mailboxes through home networks',
  'operator who widens a blueprint',
] as const)('%s', (kind) => {
  const cases = casesOf(kind);

  test('is by another hand, and begins at its time', () => {
    expect(isAfterRules(kind)).toBe(true);
    expect(cases).toHaveLength(200);
    for (const { at, work } of cases) expect(Math.min(...work.map((one) => one.at))).toBe(at);
  });

  test('reaches what the attacker wants within its first two minutes, and several times', () => {
    for (const { at, work } of cases) {
      const wanted = work.filter(({ isWanted }) => isWanted);
      expect((wanted[0]?.at ?? Number.POSITIVE_INFINITY) - at).toBeLessThanOrEqual(2 * MINUTE);
      expect(wanted.length).toBeGreaterThan(1);
    }
  });

  test('nearly always differs from the past of the agent, is in its hours, and only issues tokens to it', () => {
    // An agent that serves anyone may be recruited by one that always calls it.
    const different = cases.filter(({ worker, work }) => tokensOf(work).some((one) => !isOfItsPast(worker, one)));
    expect(different.length).toBeGreaterThanOrEqual(195);
    for (const { worker, work } of cases) {
      for (const { at, caller, about, event } of work) {
        expect((Math.floor(at / HOUR) - worker.from + 48) % 24).toBeLessThan(worker.hours);
        if (about === undefined) expect([caller, event.type]).toEqual([worker.id, 'token.issued']);
      }
    }
  });
});

test('a recruited agent works on its host below one agent, for each person who opens the ticket, with rights it has', () => {
  for (const { worker, work } of casesOf('agent recruited by another')) {
    const recruiters = new Set(work.map(({ event }) => event.chain?.act?.sub));
    expect(recruiters.size).toBe(1);
    expect(recruiters.has(undefined)).toBe(false);
    const networks = [worker.network, worker.second];
    for (const { event, source } of work) {
      const { resource = '', scopeGiven = [], subject, chain } = event;
      expect(chain?.sub).toBe(worker.id);
      expect(subject).toBeDefined();
      expect(networks).toContain(source);
      expect(worker.scopes[resource]).toEqual(expect.arrayContaining(scopeGiven as string[]));
    }
  }
});

test('a reader of mailboxes is at one API and asks to read, from an address of its own for each person', () => {
  for (const { worker, work } of casesOf('mailboxes through home networks')) {
    expect(new Set(work.map(({ event }) => event.resource)).size).toBe(1);
    expect(worker.apis).toContain(first(work).event.resource);
    const people = new Set(work.map(({ event }) => event.subject));
    const pairs = new Set(work.map(({ event, source }) => `${event.subject} ${source}`));
    expect(people.has(undefined)).toBe(false);
    expect([pairs.size, new Set(work.map(({ source }) => source)).size]).toEqual([people.size, people.size]);
    for (const { event, source } of work) {
      expect(event.scopeGiven).toEqual(['read']);
      expect(event.chain).toBeUndefined();
      expect(source).not.toMatch(/^10\./);
      expect(worker.software).toContain(event.inputs?.['software']);
    }
  }
});

test('an operator widens the blueprint, has the agent export in its own name, and narrows the blueprint again', () => {
  for (const { worker, work } of casesOf('operator who widens a blueprint')) {
    const acts = work.filter(({ about }) => about !== undefined);
    const [drafted, activated] = ['blueprint.drafted', 'blueprint.activated'];
    expect(acts.map(({ event }) => event.type)).toEqual([drafted, activated, 'agent.updated', drafted, activated]);
    expect(new Set(acts.map(({ caller, source, about }) => `${caller} ${source} ${about}`)).size).toBe(1);
    expect([first(acts).about, first(acts).caller]).toEqual([worker.id, expect.stringMatching(/^acc_o/)]);
    expect(work.indexOf(first(tokensOf(work)))).toBe(3);
    for (const { event } of tokensOf(work)) {
      expect(worker.apis).not.toContain(event.resource);
      expect([event.subject, event.chain]).toEqual([undefined, undefined]);
    }
  }
});
