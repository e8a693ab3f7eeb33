/**
 * WB-05: texts of others in every place where one is kept, on every page that shows it, in a real browser. Nothing of it runs, and
 * no page's policy has anything to object to. The campaign `injection` puts each text into each place; here it is some of them, so
 * that each place and each text has its turn. What comes with a request is in injection-requests.test.ts.
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { visit } from '../support/chromium.ts';
import { PAYMENT } from '../support/full-server.ts';
import { type InjectionWorld, injectionWorld } from '../support/injection-world.ts';
import { pageRoutes, routeOf } from '../support/page-routes.ts';
import { showPage } from '../support/page-writer.ts';
import { askingDetails } from '../support/tour.ts';
import { ALL_PAYLOADS } from '../unit/views/payloads.ts';

// Every page, in several rounds.
jest.setTimeout(900_000);

/** Rounds between two that are made here. */
const STEP = 23;

/** Every stored text that some page shows. A new one turns up by itself, and is attacked before any developer has thought of it. */
const SHOWN: readonly string[] = [
  'absences.deputy',
  'account_signals.issuer',
  'accounts.email',
  'accounts.groups[]',
  'accounts.name',
  'accounts.username',
  'agents.composition.model',
  'agents.composition.prompt',
  'agents.composition.tools[]',
  'agents.compositionDrift.composition.model',
  'agents.compositionDrift.composition.prompt',
  'agents.compositionDrift.composition.tools[]',
  'agents.contact',
  'agents.credentials[].name',
  'agents.name',
  'agents.provider',
  'agents.providerVersion',
  'agents.purpose',
  'agents.redirectUris[]',
  'agents.transferTo',
  'agents.uses[]',
  'approvals.action.chain.sub',
  'approvals.action.details[].creditor.name',
  'approvals.action.details[].currency',
  'approvals.action.details[].reference',
  'approvals.action.message',
  'approvals.action.resource',
  'approvals.action.scope[]',
  'approvals.approvers[]',
  'approvals.breakGlass.reason',
  'audit_sink_cursors.lastFailure',
  'audit_sink_cursors.lockedBy',
  'audit_sinks.address',
  'audit_sinks.name',
  'blueprint_versions.ceilings.authority.*[]',
  'blueprint_versions.frozenBy',
  'blueprints.ceilings.authority.*[]',
  'blueprints.name',
  'blueprints.purpose',
  'budgets.name',
  'budgets.resource',
  'budgets.scopes[]',
  'clients.name',
  'clients.redirectUris[]',
  'delegations.delegableTo.agents[]',
  'delegations.details[].creditor.name',
  'delegations.details[].currency',
  'delegations.details[].reference',
  'delegations.resource',
  'delegations.scope[]',
  'directories.groups.*',
  'directories.name',
  'directory_dry_runs.detail',
  'directory_dry_runs.values.displayName',
  'directory_dry_runs.values.emails[].value',
  'directory_dry_runs.values.title',
  'directory_dry_runs.values.userName',
  'directory_secrets.reason',
  'factors.factors[].name',
  'findings.evidence[]',
  'findings.parts[].reason',
  'findings.subjectKind',
  'transmitter_polls.lastFailure.detail',
  'trusted_transmitters.pollTokenClient.clientId',
  'trusted_transmitters.pollTokenClient.tokenEndpoint',
  'findings.name',
  'groups.name',
  'instances.name',
  'inventory_entries.externalId',
  'inventory_entries.name',
  'inventory_entries.scopes[]',
  'inventory_entries.source',
  'kills.by',
  'kills.reason',
  'kills.target',
  'legal_holds.about',
  'legal_holds.reason',
  'mail_links.email',
  'peers.inbound.clients[]',
  'peers.inbound.resources.*[]',
  'peers.issuer',
  'peers.name',
  'peers.outbound.clients.*',
  'peers.outbound.resources[].identifier',
  'peers.outbound.resources[].scopes[].description',
  'peers.outbound.resources[].scopes[].name',
  'policy_sets.note',
  'policy_sets.text',
  'provisioned_objects.object',
  'provisioned_objects.refused.detail',
  'provisioned_objects.refused.failure',
  'provisioning_states.lastFailure.detail',
  'provisioning_states.lastFailure.failure',
  'provisioning_states.lockedBy',
  'provisioning_targets.agents[]',
  'provisioning_targets.name',
  'provisioning_targets.url',
  'push_subscriptions.name',
  'response_rules.name',
  'responses.agentName',
  'responses.evidence[]',
  'responses.past.resources[]',
  'responses.ruleName',
  'resource_servers.detailTypes[].amount',
  'resource_servers.detailTypes[].description',
  'resource_servers.detailTypes[].display',
  'resource_servers.identifier',
  'resource_servers.name',
  'resource_servers.scopes[].description',
  'resource_servers.scopes[].name',
  'review_items.agentName',
  'review_items.reason',
  'review_items.resource',
  'review_items.scope[]',
  'review_items.unusedScopes[]',
  'reviews.name',
  'sessions.browser.family',
  'sessions.browser.system',
  'sessions.seenFrom',
  'sessions.source',
  'signal_receivers.audience',
  'signal_receivers.contact',
  'signal_receivers.name',
  'signal_stream_states.lastFailure',
  'signal_stream_states.lastRefusal.description',
  'signal_stream_states.lastRefusal.error',
  'signal_stream_states.lockedBy',
  'signal_streams.delivery.url',
  'signal_streams.description',
  'signal_streams.reason',
  'successor_rules.appliesTo',
  'successor_rules.group',
  'transactions.intent.source',
  'transactions.intent.text',
  'transactions.invoker',
  'transmitter_polls.lastFailure.failure',
  'transmitter_polls.lockedBy',
  'trusted_issuers.issuer',
  'trusted_issuers.name',
  'trusted_transmitters.audience',
  'trusted_transmitters.issuer',
  'trusted_transmitters.jwksUri',
  'trusted_transmitters.name',
  'trusted_transmitters.pollUrl',
  'upstream_links.label',
  'upstreams.claims.email',
  'upstreams.claims.groups',
  'upstreams.claims.name',
  'upstreams.claims.username',
  'upstreams.clientId',
  'upstreams.domains[]',
  'upstreams.issuer',
  'upstreams.name',
  'upstreams.scopes[]',
  'webhooks.name',
  'webhooks.url',
];

let world: InjectionWorld;

beforeAll(async () => {
  world = await injectionWorld();
});
afterAll(() => world?.close());

test('there are two hundred texts, all different, and the watch sees what does run', async () => {
  expect(ALL_PAYLOADS.length).toBeGreaterThanOrEqual(200);
  expect(new Set(ALL_PAYLOADS).size).toBe(ALL_PAYLOADS.length);
  const happened = await world.watching(async ({ anonymous }) => {
    await anonymous.goto('data:text/html,<img src=x onerror=hit()>');
    await anonymous.waitForFunction('document.images[0].complete');
  });
  expect(happened.join()).toContain('a script ran');
});

test('the tour goes past every page, and every stored text that a page shows is known', async () => {
  const routes = pageRoutes().filter((route) => route.startsWith('GET '));
  const visited = new Set<string | undefined>();
  for (const stop of world.stops) {
    visited.add(routeOf(routes, 'GET', new URL((await world.opened(stop)).url).pathname));
  }
  expect(routes.filter((route) => !visited.has(route))).toEqual([]);
  // The page of the audit log shows every member of an event, and which events it has depends on the moment.
  expect(world.shown.filter((place) => !place.startsWith('audit_records.'))).toEqual([...SHOWN].toSorted());
});

describe('stored', () => {
  const everywhere = (step: number, isUnguarded: boolean) =>
    world.watching(async (windows) => {
      for (let round = 0; round < ALL_PAYLOADS.length; round += step) {
        await world.round(round, ({ as, url }) => showPage(windows[as ?? 'anonymous'], url, 'markup'));
      }
    }, isUnguarded);

  test('WB-05 nothing runs, and no policy is broken', async () => {
    expect(await everywhere(STEP, false)).toEqual([]);
  });

  test('WB-05 it is not the policy that keeps them from running', async () => {
    expect(await everywhere(STEP * 4, true)).toEqual([]);
  });
});

const payload = (index: number): string => ALL_PAYLOADS[index % ALL_PAYLOADS.length] ?? '';

test('WB-05 what an agent asks for in details is text on the consent page, for any input', async () => {
  const happened = await world.watching(async ({ ada }) => {
    for (let round = 0; round < ALL_PAYLOADS.length; round += STEP) {
      // As long as its type lets them be.
      const account = payload(round + 1)
        .slice(0, 34)
        .padEnd(5, '-');
      const creditor = { name: payload(round).slice(0, 70), account };
      const detail = { ...PAYMENT, creditor, reference: payload(round + 2).slice(0, 140) };
      await visit(ada, askingDetails(world.full, detail));
      if (round === 0) expect(await ada.textContent('main')).toContain(payload(0));
    }
  });
  expect(happened).toEqual([]);
});
