/**
 * Texts of others in every place where one is kept, and browsers that note their effects. For the short form in
 * test/pages and the campaign `injection`.
 */
import { promises as dns } from 'node:dns';
import type { BrowserContext, Browser as Chromium, Page } from 'playwright-core';
import { ALL_PAYLOADS } from '../unit/views/payloads.ts';
import { newBrowser, type Page as ReadPage } from './browser-flow.ts';
import { startChromium, takeOver } from './chromium.ts';
import { fullServer } from './full-server.ts';
import { type Place, poisonedDocuments } from './poisoned-documents.ts';
import { REDIRECT_URI } from './scene.ts';
import { type Stop, tourOf } from './tour.ts';

/** Nothing of these is a text for people: keys, queues, what processes keep of each other. */
const FACT_COLLECTIONS =
  /^(?:active_policy|agent_use|budget_mark|deliveries|delivery_queues|provider_records|installation|instance_slots|grants|nodes|notifications|push_keys|signing_keys|turns)\./;
/** Names, words of a closed set, digests and keys: a change of one changes which thing it is, and not what is said of it. */
const FACT_MEMBERS =
  /\.(?:id|state|kind|type|format|outcome|risk|environment|channel|language|prev|stream|writer|txn|hash|digest|sealed|secretHash|passwordHash|slot|key|nameKey|thumbprint|handle|sealedHandle|open|owner|agent|account|actor|client|caller|startedBy|createdBy|declaredBy|decidedBy|mustAgree|blueprint|sponsor|subject|tokenId|rule|absent|salt|secret|kty|crv|kid|use|alg|x|y|n|e|roles\[\]|codes\[\]|kinds\[\]|grantTypes\[\]|resourceServers\[\]|members\[\]|words\[\])$/;
const FACT_PLACES =
  /^(?:clients\.(?:applicationType|idTokenSignedResponseAlg|tokenEndpointAuthMethod)|resource_servers\.(?:accessTokenFormat|accessTokenSigningAlg|introspectionAuthMethod|detailTypes\[\]\.schema\..*)|upstreams\.(?:authentication|create|signOut)|upstream_links\.(?:proof|upstream)|directory_activity\.held\[\]|budgets\.(?:about|measure)|reviews\.(?:default|reviewers)|review_items\.(?:delegation|findings\[\]|review|reviewer)|trusted_issuers\.template|signal_streams\.(?:receiver|status|statusSetBy|delivery\.method)|signals\.(?:event|level|why|effects\[\]|transmitter)|account_links\.peer|account_signals\.(?:event|level|transmitter)|signal_receivers\.(?:events|subjects)\[\]|trusted_transmitters\.(?:upstream|delivery|effects\..*)|transmitter_activity\.held\[\]|audit_records\.(?:delegation|subject|event\.personal\..*))$/;
/**
 * By these other things are found. They are attacked by themselves: what is not found any more is not shown, and its texts with
 * it would not be.
 */
const LINKS =
  /\.(?:resource|identifier|scope\[\]|scopes\[\]\.name|agents\[\]|approvers\[\]|approverNames\[\]|redirectUris\[\]|sub|transferTo|(?:details|detailTypes)\[\]\.type)$/;
const isFact = (place: Place): boolean =>
  FACT_COLLECTIONS.test(place) || FACT_MEMBERS.test(place) || FACT_PLACES.test(place);

export type Who = 'ada' | 'anonymous';
export type Windows = Readonly<Record<Who, Page>>;
export type InjectionWorld = Awaited<ReturnType<typeof injectionWorld>>;

/** What the browser has to say about a page that is refused, or leads on to an app, and of what is no date; no news here. */
const REFUSED =
  /the server responded with a status of 4\d\d|net::ERR_NAME_NOT_RESOLVED|does not conform to the required format/;

/** Places that are attacked together, each with the stops on which it is to be seen. */
type Group = { readonly seenAt: ReadonlyMap<Place, ReadonlySet<Stop>> };

const groupOf = async (
  places: readonly Place[],
  poisoned: ReturnType<typeof poisonedDocuments>,
  stops: readonly Stop[],
  opened: (stop: Stop) => Promise<ReadPage>,
): Promise<Group> => {
  const mark = (place: Place): string => `zq${places.indexOf(place)}qz`;
  const seenAt = new Map<Place, Set<Stop>>();
  poisoned.with((place, text) => (places.includes(place) ? mark(place) : text));
  for (const stop of stops) {
    const { html } = await opened(stop);
    for (const place of places) {
      if (html.includes(mark(place))) seenAt.set(place, (seenAt.get(place) ?? new Set()).add(stop));
    }
  }
  return { seenAt };
};

/** Opens every stop once as it is, so that every place has been read; then with a mark of its own in each. */
const groupsOf = async (
  poisoned: ReturnType<typeof poisonedDocuments>,
  stops: readonly Stop[],
  opened: (stop: Stop) => Promise<ReadPage>,
): Promise<readonly Group[]> => {
  for (const stop of stops) await opened(stop);
  const all = [...poisoned.places.keys()].filter((place) => !isFact(place)).toSorted();
  const [links, others] = [all.filter((place) => LINKS.test(place)), all.filter((place) => !LINKS.test(place))];
  return [await groupOf(others, poisoned, stops, opened), await groupOf(links, poisoned, stops, opened)];
};

/** Few stops on which every place is to be seen; others in each round. */
const coverOf = (seenAt: Group['seenAt'], stops: readonly Stop[], round: number): readonly Stop[] => {
  const left = new Set(seenAt.keys());
  const chosen: Stop[] = [];
  const offered = stops.map((_, index) => stops[(index + round * 5) % stops.length] as Stop);
  while (left.size > 0) {
    const gain = (stop: Stop): number => [...left].filter((place) => seenAt.get(place)?.has(stop)).length;
    const best = offered.reduce((one, other) => (gain(other) > gain(one) ? other : one));
    chosen.push(best);
    for (const place of left) if (seenAt.get(place)?.has(best)) left.delete(place);
  }
  return chosen;
};

/**
 * The provider of the world has a name that no server resolves. How long a name server takes to say so is not the subject here, and beyond
 * the deadline of a request the answer would be another.
 */
const noNames = (): void => {
  const unknown = (): Promise<never> => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
  dns.Resolver.prototype.resolve4 = unknown;
  dns.Resolver.prototype.resolve6 = unknown;
};

/** `isOfRequests`: for texts that come with a request. It looks for no stored ones: `shown` is empty, and `round` goes nowhere. */
export const injectionWorld = async ({ isOfRequests = false } = {}) => {
  noNames();
  const poisoned = poisonedDocuments();
  const full = await fullServer({ between: poisoned.between });
  const { issuer } = full.server;
  const stops = tourOf(full);
  const ada = await full.signedIn();
  const opened = ({ as, url }: Stop): Promise<ReadPage> => (as ? ada : newBrowser(issuer)).open(url);

  const groups = isOfRequests ? [] : await groupsOf(poisoned, stops, opened);
  poisoned.with(undefined);
  const chromium: Chromium = await startChromium();

  const watched = async (context: BrowserContext, note: (what: string) => void): Promise<Page> => {
    const page = await context.newPage();
    const noted = (what: string): void => note(`${what} at ${page.url()}`);
    await page.exposeFunction('hit', () => noted('a script ran'));
    await page.exposeFunction('objection', (what: string) => noted(`the policy objected: ${what}`));
    await page.addInitScript(
      "(window.watch = () => document.addEventListener('securitypolicyviolation', (e) => objection(e.violatedDirective + ' ' + e.blockedURI)))()",
    );
    page.on('dialog', (dialog) => {
      noted('a dialog');
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      if (!REFUSED.test(message.text())) noted(`the console said: ${message.text()}`);
    });
    page.on('pageerror', (error) => noted(`an error: ${error}`));
    page.on('request', (request) => {
      if (![issuer, REDIRECT_URI].some((own) => request.url().startsWith(own)))
        noted(`a request to ${request.url().slice(0, 80)}`);
    });
    return page;
  };

  return {
    ...{ full, stops, ada, opened },
    /** A browser without a session. */
    stranger: () => newBrowser(issuer),
    /** Every stored text that some page shows. */
    shown: groups.flatMap(({ seenAt }) => [...seenAt.keys()]).toSorted(),

    /**
     * Makes each place say one of the texts, and goes to where it is to be seen. Over as many rounds as there are texts each place
     * says all of them; each time in other company, and on other pages.
     */
    async round(round: number, go: (stop: Stop) => Promise<unknown>): Promise<void> {
      for (const { seenAt } of groups) {
        const shown = [...seenAt.keys()];
        poisoned.with((place, text) => {
          const index = shown.indexOf(place);
          return index === -1 ? text : (ALL_PAYLOADS[(round + index * 7) % ALL_PAYLOADS.length] ?? '');
        });
        for (const stop of coverOf(seenAt, stops, round)) await go(stop);
      }
      poisoned.with(undefined);
    },

    /** Two windows, in which everything that should not happen is noted. `isUnguarded`: without any policy of pages. */
    async watching(use: (windows: Windows) => Promise<void>, isUnguarded = false): Promise<readonly string[]> {
      const happened: string[] = [];
      const note = (what: string): void => void happened.push(what);
      const contexts = [
        await chromium.newContext({ bypassCSP: isUnguarded }),
        await chromium.newContext({ bypassCSP: isUnguarded }),
      ] as const;
      try {
        await takeOver(contexts[0], ada, issuer);
        await use({ ada: await watched(contexts[0], note), anonymous: await watched(contexts[1], note) });
      } finally {
        poisoned.with(undefined);
        for (const context of contexts) await context.close();
      }
      return happened;
    },

    async close(): Promise<void> {
      await chromium.close();
      await full.close();
    },
  };
};
