/** The kinds of takeovers of a simulated organisation. A kind is a module in takeovers/ and a row here. */
import type { Random } from './campaign.ts';
import type { Work, Worker } from './organisation-work.ts';
import { fromBuildServer } from './takeovers/build-server.ts';
import { throughHomeNetworks } from './takeovers/home-networks.ts';
import { insiderOperator } from './takeovers/insider-operator.ts';
import * as misled from './takeovers/misled-agents.ts';
import { fromOwnersSession } from './takeovers/owners-session.ts';
import { poisonedRelease } from './takeovers/poisoned-release.ts';
import { poisonedTool } from './takeovers/poisoned-tool.ts';
import { pressedForPayments } from './takeovers/pressed-payments.ts';
import { promptWorm } from './takeovers/prompt-worm.ts';
import { recruitedAgent } from './takeovers/recruited-agent.ts';
import * as stolen from './takeovers/stolen-keys.ts';
import type { Takeover } from './takeovers/takeover.ts';

export const TAKEOVERS = {
  'stolen key, other APIs': stolen.otherApis,
  'stolen key, much of the usual': stolen.muchOfTheUsual,
  'stolen key, as usual': stolen.asUsual,
  'tries what it may not': misled.whatItMayNot,
  'misled to other APIs': misled.misledToOtherApis,
  'reads about many people': misled.aboutManyPeople,
  'mass export': misled.massExport,
  'asks people at night': misled.peopleAtNight,
  'other chains of agents': misled.otherChains,
  'forgotten key': stolen.forgottenKey,
  'prompt worm': promptWorm,
  'key from a build server': fromBuildServer,
  'people pressed for payments': pressedForPayments,
  'tool with a changed description': poisonedTool,
  'session of an owner': fromOwnersSession,
  'release with a malicious dependency': poisonedRelease,
  'agent recruited by another': recruitedAgent,
  'mailboxes through home networks': throughHomeNetworks,
  'operator who widens a blueprint': insiderOperator,
} as const satisfies Record<string, Takeover>;

export type TakeoverKind = keyof typeof TAKEOVERS;
export const TAKEOVER_KINDS = Object.keys(TAKEOVERS) as readonly TakeoverKind[];

const kindOf = (kind: TakeoverKind): Takeover => TAKEOVERS[kind];

export const fitsKind = (kind: TakeoverKind, worker: Worker): boolean =>
  kindOf(kind).fits?.(worker) ?? !worker.isDormant;

export const isLateKind = (kind: TakeoverKind): boolean => kindOf(kind).isLate === true;

export const isAfterRules = (kind: TakeoverKind): boolean => kindOf(kind).isAfterRules === true;

export const approvesItself = (kind: TakeoverKind): boolean => kindOf(kind).approvesItself === true;

/** It was so for former rules, whose results became known. */
export const wasAfterRules = (kind: TakeoverKind): boolean => kindOf(kind).wasAfterRules === true;

export const hostile = (kind: TakeoverKind, worker: Worker, at: number, random: Random): readonly Work[] =>
  kindOf(kind)
    .work(worker, at, random)
    .map((work) => ({ ...work, isHostile: true }));
