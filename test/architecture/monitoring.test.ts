/** Alert rules and dashboard in deploy/: each metric, label and type of event in them exists, and promtool accepts the rules. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { AUDIT_EVENTS } from '../../src/domain/audit/audit-event.ts';
import { metrics } from '../../src/http/metrics.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PROMTOOL = process.env['PROMTOOL'] ?? 'promtool';
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

type Rules = {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly labels: { readonly severity: string };
      readonly annotations: { readonly summary: string };
    }[];
  }[];
};
const rules = (parse(textOf('deploy/prometheus/alerts.yaml')) as Rules).groups.flatMap((group) => group.rules);

type Panel = {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
};
const panels = (JSON.parse(textOf('deploy/grafana/behalf.json')) as { readonly panels: readonly Panel[] }).panels;

const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
];

const instruments = new Map(
  metrics()
    .registry.getMetricsAsArray()
    .map((metric) => [
      metric.name,
      new Set((metric as unknown as { labelNames?: readonly string[] }).labelNames ?? []),
    ]),
);
// The server renders it itself (src/http/durations.ts).
instruments.set('behalf_store_duration_seconds', new Set(['collection', 'operation']));
/** Labels that Prometheus adds, and that of a bucket. */
const ADDED = ['instance', 'job', 'le'];

/** What is wrong with an expression of PromQL: a metric or label that the server does not have. */
const faultsOf = (expr: string): readonly string[] => {
  const bare = expr.replaceAll(/"[^"]*"/g, '""');
  const used = [...bare.matchAll(/\b(?:behalf|nodejs|process)_\w+/g)].map(([name]) => name);
  const named = used.map((name) => name.replace(/_(?:bucket|sum|count)$/, ''));
  const known = new Set(named.flatMap((name) => [...(instruments.get(name) ?? [])]).concat(ADDED));
  const labels = [
    ...[...bare.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = '']) =>
      [...inside.matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label),
    ),
    ...[...bare.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, inside = '']) =>
      inside.split(',').map((label) => label.trim()),
    ),
  ];
  const types = [...expr.matchAll(/type=~?"([^"]*)"/g)].flatMap(([, value = '']) => value.split('|'));
  return [
    ...named.filter((name) => !instruments.has(name)).map((name) => `no metric ${name}`),
    ...labels.filter((label) => !known.has(label)).map((label) => `no label ${label}`),
    ...types.filter((type) => !Object.hasOwn(AUDIT_EVENTS, type)).map((type) => `no event ${type}`),
  ];
};

describe('alerts and dashboard', () => {
  test('name metrics, labels and events that exist', () => {
    expect(expressions.length).toBeGreaterThan(35);
    expect(expressions.flatMap(([name, expr]) => faultsOf(expr).map((fault) => `${name}: ${fault}`))).toEqual([]);
  });

  test.each([
    ['rate(behalf_no_such_total[5m]) > 0', 'no metric behalf_no_such_total'],
    ['sum by (colour) (behalf_expired_rows)', 'no label colour'],
    ['behalf_audit_events_total{kind="x"}', 'no label kind'],
    ['behalf_audit_events_total{type="kill.odered"}', 'no event kill.odered'],
  ])('would not pass with %s', (expr, fault) => {
    expect(faultsOf(expr)).toEqual([fault]);
  });

  test('of alerts each has a name of its own, a severity, and a guide that says what to do', () => {
    const guide = textOf('docs/how-to/monitoring.md');
    const names = rules.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
    expect(rules.filter(({ labels }) => !['critical', 'warning', 'info'].includes(labels.severity))).toEqual([]);
  });

  test('every panel has an id of its own and covers no other', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)}:${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });

  const hasPromtool = spawnSync(PROMTOOL, ['--version']).status === 0;
  (hasPromtool ? test : test.skip).each([
    ['check', 'alerts.yaml'],
    ['test', 'alerts.test.yaml'],
  ])('promtool %s rules accepts %s', (verb, file) => {
    const { status, stdout, stderr } = spawnSync(PROMTOOL, [verb, 'rules', file], {
      cwd: join(ROOT, 'deploy/prometheus'),
      encoding: 'utf8',
    });
    expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
  });
});
