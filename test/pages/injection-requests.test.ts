/**
 * WB-05: texts of others in every parameter that comes with a request, and in every field of every form, on every page. Stored texts
 * are in injection.test.ts.
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type InjectionWorld, injectionWorld } from '../support/injection-world.ts';
import { pageRoutes, routeOf } from '../support/page-routes.ts';
import { showPage } from '../support/page-writer.ts';
import { noticedParameters } from '../support/reflections.ts';
import { PROVIDER_PARAMETERS, readParameters } from '../support/request-parameters.ts';
import type { Stop } from '../support/tour.ts';
import { elementsOf } from '../unit/views/markup.ts';
import { ALL_PAYLOADS } from '../unit/views/payloads.ts';

// Every page, once for each parameter that it reads and each form.
jest.setTimeout(900_000);

let world: InjectionWorld;

beforeAll(async () => {
  world = await injectionWorld({ isOfRequests: true });
});
afterAll(() => world?.close());

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

/** As many as fit into an address: the longest of the texts is 200 characters long in it. */
const AT_ONCE = 30;

/** What is put into the address of one request, by name. */
type Asking = readonly (readonly [name: string, text: string])[];

describe('asked', () => {
  const names = [...new Set([...readParameters(), ...PROVIDER_PARAMETERS])];
  let turn = 0;
  const nextText = (): string => {
    turn += 1;
    return payload(turn);
  };

  /**
   * What a page is asked: each parameter that it may take notice of by itself, and many at once of the others, which it ignores.
   */
  const askingsOf = async (stop: Stop): Promise<readonly Asking[]> => {
    const noticed = await noticedParameters(world, stop, names);
    const single = names.filter((name) => noticed.has(name) || name === 'done');
    const ignored = names.filter((name) => !single.includes(name));
    return [
      ...single.map((name): Asking => [[name, nextText()]]),
      // A word of a link is looked up among ours; these are in every table.
      ...['constructor', '__proto__'].map((word): Asking => [['done', word]]),
      ...Array.from({ length: Math.ceil(ignored.length / AT_ONCE) }, (_, group): Asking => {
        const some = ignored.slice(group * AT_ONCE, (group + 1) * AT_ONCE);
        return some.map((name) => [name, nextText()] as const);
      }),
    ];
  };

  test('WB-05 each parameter, by itself where a page takes notice of it, leaves every page whole', async () => {
    const routes = pageRoutes();
    const byRoute = new Map<string, Stop>();
    for (const stop of world.stops) {
      const { pathname } = new URL((await world.opened(stop)).url);
      const route = routeOf(routes, 'GET', pathname) ?? pathname;
      if (!byRoute.has(`${route} ${stop.as}`)) byRoute.set(`${route} ${stop.as}`, stop);
    }
    const broken: string[] = [];
    /** What was judged is not parsed again. */
    const whole = new Set<string>();
    let noticed = 0;
    for (const stop of byRoute.values()) {
      for (const asking of await askingsOf(stop)) {
        if (asking.length === 1 && asking[0]?.[0] !== 'done') noticed += 1;
        const url = new URL(stop.url);
        for (const [name, text] of asking) url.searchParams.set(name, text);
        const page = await world.opened({ ...stop, url: url.href });
        const asked = `${stop.name} ${asking.map(([name, text]) => `${name}=${text}`).join(' ')}`;
        if (page.status >= 500 || page.status === 414) broken.push(`${asked}: ${page.status}`);
        if (page.left || !page.headers.get('content-type')?.startsWith('text/html')) continue;
        const shown = page.html.replaceAll(/ name="csrf" value="[^"]*"/g, '');
        if (whole.has(shown)) continue;
        if (isWhole(page.html)) whole.add(shown);
        else broken.push(asked);
      }
      whole.clear();
    }
    expect(broken).toEqual([]);
    // Filters, pages of lists, links with a word: not all are ignored.
    expect(noticed).toBeGreaterThan(byRoute.size);
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

describe('sent', () => {
  /** Runs in the page: fills what a person can fill in the form of this number and sends it, if there is one; says how many there are. */
  const SENDING = `([at, texts]) => {
    const free = ({ tagName, type, name }) =>
      name && (tagName === 'TEXTAREA' || (tagName === 'INPUT' && !['hidden', 'checkbox', 'radio', 'submit'].includes(type)));
    const forms = [...document.forms].filter(({ elements }) => [...elements].some(free));
    if (!forms[at]) return forms.length;
    [...forms[at].elements].filter(free).forEach((field, index) => {
      const text = texts[index % texts.length];
      field.removeAttribute('maxlength');
      if (field.type !== 'file') {
        field.value = text;
        return;
      }
      // A page may only choose files that it made: one with the text as its name, and as what it holds.
      const chosen = new DataTransfer();
      chosen.items.add(new File([text], text));
      field.files = chosen.files;
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
