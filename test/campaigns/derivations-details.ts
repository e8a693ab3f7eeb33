/** Random authorization details for `derivations`, in the flat form of the model and as they go over the wire. */
import {
  type Detail,
  type DetailType,
  isObject,
  type JsonSchema,
  type JsonValue,
} from '../../src/domain/vocabulary/detail-type.ts';
import type { Random } from './campaign.ts';
import { isInside } from './derivations-model.ts';
import {
  type DetailMember,
  type DetailWords,
  type FlatDetail,
  type MemberRule,
  type Risk,
  UNIVERSE,
} from './derivations-world.ts';

type Kind = DetailMember['kind'];

/** Few shapes, so that few schemas are compiled; what varies is how their members narrow. */
const SHAPES: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  payment: { amount: 'number', currency: 'text', creditor: 'object', until: 'moment' },
  'standing-order': { amount: 'number', 'limits.daily': 'number', 'limits.single': 'number', day: 'day' },
  files: { paths: 'paths', actions: 'words', size: 'number' },
  folder: { path: 'path', since: 'moment' },
};

const RULES: Readonly<Record<Kind, readonly MemberRule[]>> = {
  number: ['max', 'min', 'equal'],
  text: ['equal'],
  path: ['prefix', 'prefix', 'prefix', 'equal'],
  words: ['subset', 'subset', 'equal'],
  paths: ['prefix', 'prefix', 'subset', 'equal'],
  day: ['before', 'after', 'equal'],
  moment: ['before', 'after', 'equal'],
  object: ['equal'],
};

const PARTS: Readonly<Record<Kind, JsonSchema>> = {
  number: { type: 'integer', minimum: 0 },
  text: { type: 'string' },
  path: { type: 'string' },
  words: { type: 'array', items: { type: 'string' } },
  paths: { type: 'array', items: { type: 'string' } },
  day: { type: 'string', format: 'date' },
  moment: { type: 'string', format: 'date-time' },
  object: { type: 'object', properties: { iban: { type: 'string' }, bic: { type: 'string' } } },
};

/** Paths that a parser may read in another way than they look. */
const TRICKS = ['/a/../b', '/a//b', '/a/%2e%2e/b', '/a;b/c', '/a/./b', '/a/b?c', '/a/\uff0fb', 's3://x/../y'];

const VALUES: Readonly<Record<Kind, (random: Random) => JsonValue>> = {
  number: (random) => random.pick(UNIVERSE.numbers),
  text: (random) => random.pick(['EUR', 'USD']),
  path: (random) => random.pick(random.chance(0.8) ? UNIVERSE.paths : TRICKS),
  words: (random) => ['read', 'write', 'list'].filter(() => random.chance(0.55)),
  paths: (random) => Array.from({ length: random.integer(4) }, () => VALUES.path(random)),
  day: (random) => new Date(random.pick(UNIVERSE.moments)).toISOString().slice(0, 10),
  moment: (random) => momentAt(random.pick(UNIVERSE.moments), random.pick([0, 1, -5])),
  object: (random) => {
    const parts = [
      ['iban', random.pick(['A', 'B'])],
      ['bic', random.pick(['X', 'Y'])],
    ] as const;
    return Object.fromEntries(random.chance(0.5) ? parts : parts.toReversed());
  },
};

/** The same moment on another clock. */
const momentAt = (moment: number, hours: number): string => {
  const local = new Date(moment + hours * 3_600_000).toISOString();
  const offset = `${hours < 0 ? '-' : '+'}0${Math.abs(hours)}:00`;
  return hours === 0 ? local : `${local.slice(0, 19)}${offset}`;
};

/** A type of each of some shapes, narrowed by rules of its own. */
export const newTypes = (random: Random, risks: readonly Risk[]): readonly DetailWords[] =>
  Object.entries(SHAPES)
    .filter(() => random.chance(0.5))
    .map(([name, shape]) => {
      const members = Object.fromEntries(
        Object.entries(shape).map(([path, kind]): [string, DetailMember] => [
          path,
          { kind, rule: random.pick(RULES[kind]), ...(random.chance(0.3) ? { unlimited: true } : {}) },
        ]),
      );
      const counts = members['amount']?.rule === 'max' && random.chance(0.7);
      return { name, risk: random.pick(risks), members, ...(counts ? { amount: 'amount' } : {}) };
    });

/** As a resource server declares it. */
export const declared = ({ name, risk, members, amount }: DetailWords): DetailType => ({
  type: name,
  description: name,
  risk,
  display: name,
  schema: schemaOf(name),
  members: Object.fromEntries(
    Object.entries(members).map(([path, { rule, unlimited }]) => [
      path,
      { rule, ...(unlimited ? { absent: 'unlimited' as const } : {}) },
    ]),
  ),
  ...(amount === undefined ? {} : { amount }),
});

const schemas = new Map<string, JsonSchema>();
const schemaOf = (name: string): JsonSchema => {
  const known = schemas.get(name);
  if (known) return known;
  const properties: Record<string, JsonSchema> = {};
  for (const [path, kind] of Object.entries(SHAPES[name] ?? {})) {
    const [outer = '', inner] = path.split('.');
    if (inner === undefined) properties[outer] = PARTS[kind];
    else
      properties[outer] = {
        type: 'object',
        properties: { ...(properties[outer]?.['properties'] as object), [inner]: PARTS[kind] },
      };
  }
  const schema = { type: 'object', properties };
  schemas.set(name, schema);
  return schema;
};

export const newDetail = (random: Random, { name, members }: DetailWords): FlatDetail => ({
  type: name,
  ...Object.fromEntries(
    Object.entries(members)
      .filter(() => random.chance(0.75))
      .map(([path, { kind }]) => [path, VALUES[kind](random)]),
  ),
});

/** Mostly inside `held`, by what each member allows; often just outside. */
export const nearDetail = (random: Random, type: DetailWords, held: FlatDetail): FlatDetail => {
  const isAimed = random.chance(0.75);
  const near: Record<string, unknown> = {};
  for (const [path, member] of Object.entries(type.members)) {
    const only = { ...type, members: { [path]: member } };
    if (!(path in held)) {
      if (random.chance(member.unlimited === true ? 0.4 : isAimed ? 0 : 0.15)) near[path] = VALUES[member.kind](random);
      continue;
    }
    if (random.chance(0.2)) continue;
    near[path] = held[path];
    if (random.chance(0.35)) continue;
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const value = VALUES[member.kind](random);
      if (isAimed && !isInside(only, { type: type.name, [path]: value }, held)) continue;
      near[path] = value;
      break;
    }
  }
  if (random.chance(0.01)) near['other'] = 1;
  return { ...near, type: random.chance(0.01) ? 'unheard-of' : type.name };
};

/** As it goes over the wire. */
export const nested = ({ type, ...members }: FlatDetail): Detail => {
  const detail: Record<string, JsonValue> = {};
  for (const [path, value] of Object.entries(members)) {
    const [outer = '', inner] = path.split('.');
    detail[outer] =
      inner === undefined ? (value as JsonValue) : { ...(detail[outer] as object), [inner]: value as JsonValue };
  }
  return { type, ...detail };
};

export const flat = (types: readonly DetailWords[], { type, ...members }: Detail): FlatDetail => {
  const paths = Object.keys(types.find(({ name }) => name === type)?.members ?? {});
  return Object.fromEntries([
    ['type', type],
    ...Object.entries(members).flatMap(([name, value]): readonly (readonly [string, unknown])[] =>
      isObject(value) && !paths.includes(name)
        ? Object.entries(value).map(([inner, part]) => [`${name}.${inner}`, part])
        : [[name, value]],
    ),
  ]) as FlatDetail;
};
