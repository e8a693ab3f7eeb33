/**
 * Where a text that comes with a request is to be seen in the answer: found out by asking. A mark goes into each parameter of each
 * page, into its path and into a name, and into each field of each form; what comes back is attacked (WB-05). A new page or field
 * that shows what it was given is in here by itself.
 */
import type { Page } from 'playwright-core';
import type { Page as ReadPage } from './browser-flow.ts';
import { visit } from './chromium.ts';
import { type Form, formsOf } from './html-forms.ts';
import type { InjectionWorld } from './injection-world.ts';
import type { Stop } from './tour.ts';

/** A request in which one or more texts of the sender are to be seen afterwards. */
export type Reflection = {
  /** The page, and what of its request it shows. */
  readonly name: string;
  readonly as: Stop['as'];
  /** How many texts go with one request. */
  readonly size: number;
  /** Makes the request in a window, with as many texts as are asked for. */
  send(window: Page, texts: (index: number) => string): Promise<void>;
};

/** As many marks as asked for, which no request sent before: what earlier ones left on the server shows nothing. */
let marks = 0;
const newMarks = (count: number): readonly string[] =>
  Array.from({ length: count }, () => {
    marks += 1;
    return `zq${marks}qz`;
  });
/** How often a page says it; in capitals it is the same one. */
const timesSeen = ({ html, left }: ReadPage, mark = ''): number =>
  left === undefined ? html.toLowerCase().split(mark).length - 1 : 0;

/** A place in an address, and how a text gets there. */
type Slot = { readonly name: string; put(url: URL, text: string): void };

const inParameter = (name: string): Slot => ({ name, put: (url, text) => url.searchParams.set(name, text) });
/** For what is only looked at when it is an address. */
const inAddressOf = (name: string): Slot => ({
  name: `${name}, as an address`,
  put: (url, text) => url.searchParams.set(name, `https://app.example/${text}`),
});
const ANY_NAME: Slot = { name: 'any name', put: (url, text) => url.searchParams.set(text, '1') };
const IN_PATH: readonly Slot[] = [
  {
    name: 'the end of the path',
    put(url, text) {
      url.pathname = `${url.pathname.replace(/\/$/, '')}/${encodeURIComponent(text)}`;
    },
  },
  {
    name: 'the last part of the path',
    put(url, text) {
      url.pathname = url.pathname.replace(/[^/]*$/, encodeURIComponent(text));
    },
  },
];

/** What a page says of the address that it was asked at, and what differs each time. */
const OWN_ADDRESS =
  /(?:\?|&(?:amp;)?|%3F|%26(?:amp%3B)?)[\w.-]+(?:=|%3D)(?:https(?::|%3A)(?:\/|%2F){2}app\.example(?:\/|%2F))?zq\d+qz/gi;
const OF_EACH_TIME =
  / name="(?:csrf|once|uid|xsrf)" value="[^"]*"|\breq_[a-z2-7]{26}\b|(?<=\/interaction\/|code_(?:challenge|verifier)=|&quot;challenge&quot;:&quot;)[\w-]{43}/g;

/** A page without what it says of its own address: equal where it ignored all parameters. */
const bare = ({ status, url, html, left }: ReadPage): string =>
  [status, left ?? '', url, html].join('\n').replaceAll(OWN_ADDRESS, '').replaceAll(OF_EACH_TIME, '');

/** What was answered to some slots, and how often the page says the mark of each. */
type Heard = { readonly page: ReadPage; readonly times: readonly number[] };
type Ask = (slots: readonly Slot[]) => Promise<Heard>;

/**
 * Those of the names that a page may take notice of, as a text or as an address: of many at once, then of each half, as long as the
 * page is another one than to names that no page reads, or says a mark of them more often.
 */
const noticedOf = async (names: readonly string[], ask: Ask): Promise<ReadonlySet<string>> => {
  const { page, times } = await ask([inParameter('zqz')]);
  const unread = bare(page);
  const isUnread = async (slots: readonly Slot[]): Promise<boolean> => {
    const heard = await ask(slots);
    return bare(heard.page) === unread && heard.times.every((each) => each === times[0]);
  };
  // A page that is never the same twice: each name has to be tried.
  if (!(await isUnread([inParameter('zqy'), inAddressOf('zqx')]))) return new Set(names);
  const found = new Set<string>();
  const search = async (some: readonly string[], slotOf: (name: string) => Slot): Promise<void> => {
    if (await isUnread(some.map(slotOf))) return;
    if (some.length <= 2) {
      for (const name of some) found.add(name);
      return;
    }
    const half = Math.ceil(some.length / 2);
    await search(some.slice(0, half), slotOf);
    await search(some.slice(half), slotOf);
  };
  for (const some of inGroups(names, MOST_TEXTS)) await search(some, inParameter);
  const left = names.filter((name) => !found.has(name));
  for (const some of inGroups(left, MOST_ADDRESSES)) await search(some, inAddressOf);
  return found;
};

/** As many as fit into one address. A longer one is refused, and says nothing of its parameters. */
const [MOST_TEXTS, MOST_ADDRESSES] = [57, 29];
const inGroups = (names: readonly string[], size: number): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(names.length / size) }, (_, at) => names.slice(at * size, (at + 1) * size));

const addressWith = (stop: Stop, slots: readonly Slot[], text: (index: number) => string): string => {
  const url = new URL(stop.url);
  for (const [index, slot] of slots.entries()) slot.put(url, text(index));
  return url.href;
};

const askOf =
  (world: Pick<InjectionWorld, 'opened'>, stop: Stop): Ask =>
  async (slots) => {
    const sent = newMarks(slots.length);
    const page = await world.opened({ ...stop, url: addressWith(stop, slots, (index) => sent[index] ?? '') });
    return { page, times: sent.map((mark) => timesSeen(page, mark)) };
  };

/** Runs it while no time passes for the server of this process: a page that says how long ago something was would be another one. */
const atOneTime = async <T>(work: () => Promise<T>): Promise<T> => {
  const { now } = Date;
  const time = now();
  Date.now = () => time;
  try {
    return await work();
  } finally {
    Date.now = now;
  }
};

/**
 * Those of the names that a page may take notice of. Those that its address has already are what it is about; pages ignore most
 * others, and these are not tried one by one.
 */
export const noticedParameters = async (
  world: Pick<InjectionWorld, 'opened'>,
  stop: Stop,
  names: readonly string[],
): Promise<ReadonlySet<string>> => {
  const own = new URL(stop.url).searchParams;
  const asked = names.filter((name) => !own.has(name));
  const found = await atOneTime(() => noticedOf(asked, askOf(world, stop)));
  return new Set(names.filter((name) => own.has(name) || found.has(name)));
};

const asReflection = (stop: Stop, slots: readonly Slot[]): Reflection => ({
  name: `${stop.name}: ${slots.map(({ name }) => name).join(', ')}`,
  as: stop.as,
  size: slots.length,
  async send(window, texts) {
    await visit(window, addressWith(stop, slots, texts));
  },
});

/**
 * Every page and parameter of these names where the page shows what the parameter says. Forms that lead back to a page name its whole
 * address, with every parameter: those pages are `echoes`, and what they say otherwise is in `parameters`.
 */
export const reflectedParameters = async (
  world: Pick<InjectionWorld, 'opened'>,
  stops: readonly Stop[],
  names: readonly string[],
): Promise<{ readonly parameters: readonly Reflection[]; readonly echoes: readonly Reflection[] }> => {
  const [parameters, echoes]: [Reflection[], Reflection[]] = [[], []];
  for (const stop of stops) {
    const ask = askOf(world, stop);
    /** How often each of these is to be seen when all are sent. */
    const timesOf = async (slots: readonly Slot[]): Promise<readonly number[]> => (await ask(slots)).times;
    const [echoed = 0] = await timesOf([ANY_NAME]);
    const isSeen = async (slot: Slot): Promise<boolean> => ((await timesOf([slot]))[0] ?? 0) > echoed;
    const seen: Slot[] = [];
    const noticed = await noticedParameters(world, stop, names);
    for (const name of names.filter((one) => noticed.has(one))) {
      const slot = inParameter(name);
      if (await isSeen(slot)) seen.push(slot);
      else if (await isSeen(inAddressOf(name))) seen.push(inAddressOf(name));
    }
    for (const slot of IN_PATH) if (await isSeen(slot)) parameters.push(asReflection(stop, [slot]));
    const areSeenTogether = seen.length > 1 && (await timesOf(seen)).every((times) => times > echoed);
    for (const slots of areSeenTogether ? [seen] : seen.map((slot) => [slot]))
      parameters.push(asReflection(stop, slots));
    if (echoed > 0) echoes.push(asReflection(stop, [ANY_NAME]));
  }
  return { parameters, echoes };
};

const TOKEN = 'csrf';
const CHOICES = ['hidden', 'checkbox', 'radio', 'select'];

/** Runs in the page: sends its form of this number as it stands, but for the fields that are named. */
const SENDING = `([at, texts]) => {
  const given = document.forms[at];
  const form = document.createElement('form');
  form.method = given.getAttribute('method') || 'get';
  form.action = given.getAttribute('action') || location.href;
  const button = given.querySelector('button[name]');
  const values = [...new FormData(given)].filter(([name]) => !(name in texts));
  if (button && !(button.name in texts)) values.push([button.name, button.value]);
  for (const [name, value] of [...values, ...Object.entries(texts)]) {
    const field = document.createElement('textarea');
    field.name = name;
    field.value = value;
    form.append(field);
  }
  form.style.display = 'none';
  document.body.append(form);
  HTMLFormElement.prototype.submit.call(form);
}`;

/** Runs in the page: whether a person, or the page itself, would read there what begins like this. */
const SAYING = `(beginning) => {
  const page = document.documentElement;
  const own = [...page.querySelectorAll('*')].flatMap((one) => [...one.attributes].map(({ value }) => value));
  const said = [page.textContent, ...own, ...[...page.querySelectorAll('input, textarea')].map(({ value }) => value)];
  return said.some((text) => text.toLowerCase().includes(beginning));
}`;

/** Whether a window shows a text, or the first of it where there is no room for all. */
export const isSaid = async (window: Page, text: string): Promise<boolean> => {
  const beginning = text.trim().slice(0, 8).toLowerCase();
  return Boolean(await window.evaluate(`(${SAYING})(${JSON.stringify(beginning)})`));
};

/** Opens a page, and sends its form of this number with these texts in these fields. False: it has no such form (any more). */
const sendForm = async (
  window: Page,
  stop: Stop,
  at: number,
  texts: Readonly<Record<string, string>>,
): Promise<boolean> => {
  await visit(window, stop.url);
  if (Number(await window.evaluate('document.forms.length')) <= at) return false;
  const arrived = window.waitForEvent('load');
  await window.evaluate(`(${SENDING})(${JSON.stringify([at, texts])})`);
  await arrived;
  return true;
};

type Sendable = { readonly stop: Stop; readonly at: number; readonly form: Form };

/** Each form in which something can be said, once, however many pages have it. */
const formsAt = async (world: Pick<InjectionWorld, 'opened'>, stops: readonly Stop[]): Promise<readonly Sendable[]> => {
  const found = new Map<string, Sendable>();
  for (const stop of stops) {
    const { html } = await world.opened(stop);
    for (const [at, form] of formsOf(html).entries()) {
      const names = form.fields.map(({ name }) => name).filter((name) => name !== TOKEN);
      // What a form of a GET asks for is a parameter.
      if (names.length === 0 || form.method === 'GET') continue;
      const action = form.action.replaceAll(/\/[^/]*[_-][^/]*(?=\/|$)|\/\d+(?=\/|$)/g, '/:id');
      const key = `${stop.as} ${form.method} ${action} ${[...new Set(names)].toSorted()}`;
      if (!found.has(key)) found.set(key, { stop, at, form });
    }
  }
  return [...found.values()];
};

/** Every form and field where what was sent in it is to be seen afterwards, and how many forms there were. */
export const reflectedFields = async (
  world: Pick<InjectionWorld, 'opened' | 'full' | 'stranger'>,
  stops: readonly Stop[],
): Promise<{ readonly forms: number; readonly fields: readonly Reflection[] }> => {
  const sendable = await formsAt(world, stops);
  const fields: Reflection[] = [];
  // Some forms sign out the user who sends them: this session is its own, and signs in again.
  let own = await world.full.signedIn();
  for (const { stop, at, form } of sendable) {
    const isIn = new URL((await own.open(`${world.full.server.issuer}/account`)).url).pathname === '/account';
    if (!isIn) own = await world.full.signedIn();
    const browser = stop.as ? own : world.stranger();
    /** Those of `names` whose mark comes back. The page is read anew: what its form carries may be good for one use. */
    const seenOf = async (names: readonly string[]): Promise<readonly string[]> => {
      const page = await browser.open(stop.url);
      const again = page.forms[at];
      if (!again) return [];
      const sent = newMarks(names.length);
      const set = Object.fromEntries(names.map((name, index) => [name, sent[index] ?? '']));
      // What is a choice on the page can be any text in a request.
      const asTexts = again.fields.map((field) => (field.name in set ? { ...field, type: 'text', isOn: true } : field));
      const answer = await browser.submit(page, { ...again, fields: asTexts }, { set });
      return names.filter((_, index) => timesSeen(answer, sent[index]) > 0);
    };
    const named = (isChoice: boolean): readonly string[] => [
      ...new Set(
        form.fields
          .filter(({ name, type }) => name !== TOKEN && CHOICES.includes(type) === isChoice)
          .map(({ name }) => name),
      ),
    ];
    const typed = named(false);
    const together = await seenOf(typed);
    const groups: (readonly string[])[] = together.length > 0 ? [typed] : [];
    for (const name of [...typed, ...named(true)]) {
      if (!together.includes(name) && (await seenOf([name])).length > 0) groups.push([name]);
    }
    for (const names of groups) {
      fields.push({
        name: `${stop.name}, form ${at + 1}: ${names.join(', ')}`,
        as: stop.as,
        size: names.length,
        async send(window, texts) {
          await sendForm(window, stop, at, Object.fromEntries(names.map((name, index) => [name, texts(index)])));
        },
      });
    }
  }
  return { forms: sendable.length, fields };
};
