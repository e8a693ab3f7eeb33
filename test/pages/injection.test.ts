/**
 * WB-05: texts of others in every place where one is kept, and in every parameter that comes with a request, on every page that
 * shows it, in a real browser. Nothing of it runs, and no page's policy has anything to object to. The campaign `injection`
 * puts each text into each place; here it is some of them, so that each place and each text has its turn.
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { visit } from '../support/chromium.ts';
import { PAYMENT } from '../support/full-server.ts';
import { type InjectionWorld, injectionWorld } from '../support/injection-world.ts';
import { pageRoutes, routeOf } from '../support/page-routes.ts';
import { showPage } from '../support/page-writer.ts';
import { PROVIDER_PARAMETERS, readParameters } from '../support/request-parameters.ts';
import { askingDetails, type Stop } from '../support/tour.ts';
import { elementsOf } from '../unit/views/markup.ts';
import { ALL_PAYLOADS } from '../unit/views/payloads.ts';

// Every page, once for each parameter and each form.
jest.setTimeout(900_000);

/** Rounds between two that are made here. */
const STEP = 23;

/** Every stored text that some page shows. A new one turns up by itself, and is attacked before any developer has thought of it. */
const SHOWN: readonly string[] = [
  'absences.deputy',
  'accounts.email',
  'accounts.groups[]',
  'accounts.name',
  'accounts.username',
  'agents.composition.model',
  'agents.composition.prompt',
  'agents.composition.tools[]',
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
  'factors.factors[].name',
  'groups.name',
  'instances.name',
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
  'policy_sets.note',
  'policy_sets.text',
  'push_subscriptions.name',
  'resource_servers.detailTypes[].amount',
  'resource_servers.detailTypes[].description',
  'resource_servers.detailTypes[].display',
  'resource_servers.identifier',
  'resource_servers.name',
  'resource_servers.scopes[].description',
  'resource_servers.scopes[].name',
  'sessions.browser.family',
  'sessions.browser.system',
  'sessions.seenFrom',
  'sessions.source',
  'transactions.intent.source',
  'transactions.intent.text',
  'transactions.invoker',
  'trusted_issuers.issuer',
  'trusted_issuers.name',
  'upstream_links.label',
  'upstreams.domains[]',
  'upstreams.issuer',
  'upstreams.name',
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

/** What parses as a page of ours: no element, attribute or address that no page of ours has. oidc-provider has few pages of its own. */
const isWhole = (html: string): boolean => {
  if (html.startsWith('<!DOCTYPE')) return !/hit\(\)/.test(html);
  const elements = elementsOf(html);
  const addresses = elements.flatMap(({ attributes }) =>
    ['href', 'src', 'action', 'formaction'].flatMap((name) => attributes[name] ?? []),
  );
  return addresses.every((address) => /^(?:\/(?![/\\])|#|https?:\/\/)/.test(address));
};

const payload = (index: number): string => ALL_PAYLOADS[index % ALL_PAYLOADS.length] ?? '';

describe('asked', () => {
  const names = [...new Set([...readParameters(), ...PROVIDER_PARAMETERS])];

  test('WB-05 each parameter by itself leaves every page whole', async () => {
    const routes = pageRoutes();
    const byRoute = new Map<string, Stop>();
    for (const stop of world.stops) {
      const { pathname } = new URL((await world.opened(stop)).url);
      const route = routeOf(routes, 'GET', pathname) ?? pathname;
      if (!byRoute.has(`${route} ${stop.as}`)) byRoute.set(`${route} ${stop.as}`, stop);
    }
    const broken: string[] = [];
    /** Pages leave most parameters alone. What was judged is not parsed again. */
    const whole = new Set<string>();
    let turn = 0;
    const textsFor = (name: string): readonly string[] => {
      turn += 1;
      // A word of a link is looked up among ours; these are in every table.
      return [payload(turn), ...(name === 'done' ? ['constructor', '__proto__'] : [])];
    };
    for (const stop of byRoute.values()) {
      for (const [name, text] of names.flatMap((one) => textsFor(one).map((each) => [one, each] as const))) {
        const url = new URL(stop.url);
        url.searchParams.set(name, text);
        const page = await world.opened({ ...stop, url: url.href });
        if (page.status >= 500) broken.push(`${stop.name} ${name}=${text}: ${page.status}`);
        if (page.left || !page.headers.get('content-type')?.startsWith('text/html')) continue;
        const shown = page.html.replaceAll(/ name="csrf" value="[^"]*"/g, '');
        if (whole.has(shown)) continue;
        if (isWhole(page.html)) whole.add(shown);
        else broken.push(`${stop.name} ${name}=${text}`);
      }
      whole.clear();
    }
    expect(broken).toEqual([]);
  });

  test('WB-05 all parameters at once: nothing runs, and no policy is broken', async () => {
    const happened = await world.watching(async (windows) => {
      for (let round = 0; round < 3; round += 1) {
        for (const [place, stop] of world.stops.entries()) {
          const url = new URL(stop.url);
          for (const [index, name] of names.entries()) {
            // Parameters that lead to this page stay as they are.
            if (!url.searchParams.has(name)) url.searchParams.set(name, payload(round * 80 + place + index * 7));
          }
          await showPage(windows[stop.as ?? 'anonymous'], url.href, 'markup');
        }
      }
    });
    expect(happened).toEqual([]);
  });
});

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

describe('sent', () => {
  /** Runs in the page: fills what a person can fill in the form of this number and sends it, if there is one; says how many there are. */
  const SENDING = `([at, texts]) => {
    const free = ({ tagName, type, name }) =>
      name && (tagName === 'TEXTAREA' || (tagName === 'INPUT' && !['hidden', 'checkbox', 'radio', 'submit'].includes(type)));
    const forms = [...document.forms].filter(({ elements }) => [...elements].some(free));
    if (!forms[at]) return forms.length;
    [...forms[at].elements].filter(free).forEach((field, index) => {
      field.removeAttribute('maxlength');
      field.value = texts[index % texts.length];
    });
    forms[at].submit();
    return forms.length;
  }`;

  test('WB-05 each field of each form: nothing runs, and no policy is broken', async () => {
    let sent = 0;
    const happened = await world.watching(async (windows) => {
      for (const stop of world.stops) {
        const page = windows[stop.as ?? 'anonymous'];
        let forms = 1;
        for (let at = 0; at < Math.min(forms, 5); at += 1) {
          await showPage(page, stop.url);
          const texts = ALL_PAYLOADS.slice((sent * 6) % 200, ((sent * 6) % 200) + 12);
          const arrived = page.waitForEvent('load');
          forms = Number(await page.evaluate(`(${SENDING})(${JSON.stringify([at, texts])})`));
          if (forms <= at) {
            arrived.catch(() => undefined);
            break;
          }
          await arrived;
          sent += 1;
        }
      }
    });
    expect(happened).toEqual([]);
    expect(sent).toBeGreaterThan(20);
  });
});
