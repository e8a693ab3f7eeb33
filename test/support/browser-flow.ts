/**
 * A person at a browser without JavaScript: keeps cookies, follows redirects on the server's own
 * origin, reads forms and sends them. `walkAuthorization` goes through sign-in and consent to the
 * redirect target, which is never requested. For real browsers see test/e2e.
 */
import { type Button, type Form, formsOf, textOf } from './html-forms.ts';

export type Page = {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** Readable text. */
  readonly text: string;
  readonly forms: readonly Form[];
  /** Set when the server sent the browser to another origin: where to. */
  readonly left?: URL;
};

export type Filling = {
  /** Values to put into fields, by name; adds the field when the form has none. */
  readonly set?: Readonly<Record<string, string>>;
  /** Checkboxes to switch off or on, by (name, value): `undefined` leaves as it is. */
  readonly check?: (name: string, value: string) => boolean | undefined;
  /** Picks the button; absent: the first one. */
  readonly button?: RegExp;
};

type Cookie = { readonly value: string; readonly path: string };

const cookieJar = (given: ReadonlyMap<string, Cookie> = new Map()) => {
  const cookies = new Map(given);
  return {
    store(headers: Headers, url: URL): void {
      for (const line of headers.getSetCookie()) {
        const [pair = '', ...attributes] = line.split(/;\s*/);
        const [name = '', ...value] = pair.split('=');
        const attribute = (wanted: string): string | undefined =>
          attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
        const path = attribute('path') ?? (url.pathname.replace(/\/[^/]*$/, '') || '/');
        const expires = attribute('expires');
        const isOver =
          value.join('=') === '' ||
          attribute('max-age') === '0' ||
          (expires !== undefined && Date.parse(expires) < Date.now());
        if (isOver) cookies.delete(`${path} ${name}`);
        else cookies.set(`${path} ${name}`, { value: value.join('='), path });
      }
    },
    header(url: URL): string {
      const isBelow = (path: string): boolean =>
        path === '/' || url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
      return [...cookies]
        .filter(([, cookie]) => isBelow(cookie.path))
        .map(([key, cookie]) => `${key.slice(key.indexOf(' ') + 1)}=${cookie.value}`)
        .join('; ');
    },
    copy: (): ReadonlyMap<string, Cookie> => new Map(cookies),
    clear: (): void => cookies.clear(),
  };
};

/** The form body a browser would send. */
export const fillForm = (form: Form, { set = {}, check = () => undefined, button }: Filling = {}): URLSearchParams => {
  const body = new URLSearchParams();
  const given = new Set<string>();
  for (const field of form.fields) {
    const isChoice = field.type === 'checkbox' || field.type === 'radio';
    if (isChoice ? (check(field.name, field.value) ?? field.isOn) : field.isOn) {
      if (!isChoice && given.has(field.name) && field.name in set) continue;
      body.append(field.name, isChoice ? field.value : (set[field.name] ?? field.value));
      given.add(field.name);
    }
  }
  for (const [name, value] of Object.entries(set)) if (!given.has(name)) body.append(name, value);
  const pressed = button
    ? form.buttons.find((one) => button.test(one.text) || button.test(`${one.name}=${one.value}`))
    : form.buttons[0];
  if (button && !pressed) throw new Error(`no button like ${button} among ${JSON.stringify(form.buttons)}`);
  if (pressed && pressed.name !== '') body.append(pressed.name, pressed.value);
  return body;
};

export type Browser = {
  readonly jar: ReturnType<typeof cookieJar>;
  /** One request, redirects not followed. */
  request(url: string, init?: RequestInit): Promise<Response>;
  open(url: string): Promise<Page>;
  /** Another browser with the same cookies, which go their own way from here. */
  fork(): Browser;
  /** Sends a form of a page, and goes where that leads. */
  submit(page: Page, form: Form, filling?: Filling): Promise<Page>;
};

/** Most readers of a page look at its text or its forms, and many at neither: each is read when it is first asked for. */
const readPage = (answer: Omit<Page, 'text' | 'forms' | 'left'>): Page => {
  let text: string | undefined;
  let forms: readonly Form[] | undefined;
  return {
    ...answer,
    get text() {
      text ??= textOf(answer.html);
      return text;
    },
    get forms() {
      forms ??= formsOf(answer.html);
      return forms;
    },
  };
};

/** A browser that stays on the origin of `home`; its cookie jar is empty unless cookies are given. `headers` go with every request. */
export const newBrowser = (
  home: string,
  cookies?: ReadonlyMap<string, Cookie>,
  headers: Readonly<Record<string, string>> = {},
): Browser => {
  const origin = new URL(home).origin;
  const jar = cookieJar(cookies);

  const request = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const target = new URL(url);
    const response = await fetch(target, {
      ...init,
      redirect: 'manual',
      headers: {
        accept: 'text/html,*/*',
        cookie: jar.header(target),
        origin,
        ...headers,
        ...(init.headers as Record<string, string>),
      },
    });
    jar.store(response.headers, target);
    return response;
  };

  const follow = async (url: string, init: RequestInit = {}): Promise<Page> => {
    let at = new URL(url);
    let response = await request(at.href, init);
    for (let hop = 0; hop < 20; hop += 1) {
      const location = response.headers.get('location');
      const html = await response.text();
      if (location === null || response.status < 300 || response.status > 399)
        return readPage({ url: at.href, status: response.status, headers: response.headers, html });
      const next = new URL(location, at);
      if (next.origin !== origin)
        return {
          url: at.href,
          status: response.status,
          headers: response.headers,
          html,
          text: '',
          forms: [],
          left: next,
        };
      at = next;
      response = await request(at.href);
    }
    throw new Error(`more than 20 redirects from ${url}`);
  };

  return {
    jar,
    request,
    open: (url) => follow(url),
    fork: () => newBrowser(home, jar.copy(), headers),
    submit(page, form, filling = {}) {
      const body = fillForm(form, filling);
      const action = new URL(form.action, page.url);
      if (form.method === 'GET') {
        for (const [name, value] of body) action.searchParams.append(name, value);
        return follow(action.href);
      }
      return follow(action.href, { method: 'POST', body });
    },
  };
};

/** Opens a page and submits the one form with this action. Throws an Error when the page has none. */
export const pressOn = async (browser: Browser, url: string, action: RegExp, filling?: Filling): Promise<Page> => {
  const page = await browser.open(url);
  const form = page.forms.find((one) => action.test(one.action));
  if (!form) throw new Error(`no form ${action} on ${page.url}: ${page.status}`);
  return browser.submit(page, form, filling);
};

export type Person = { readonly username: string; readonly password: string };

const hasPassword = (form: Form): boolean => form.fields.some((field) => field.type === 'password');

/** Fills the sign-in form of a page: the first free text field and the password. */
export const submitSignIn = (browser: Browser, page: Page, person: Person): Promise<Page> => {
  const form = page.forms.find(hasPassword);
  if (!form)
    throw new Error(`no sign-in form on ${page.url}: ${page.status} ${page.left?.search ?? page.text.slice(0, 300)}`);
  const password = form.fields.find((field) => field.type === 'password')?.name ?? 'password';
  const username = form.fields.find((field) => ['text', 'email'].includes(field.type))?.name ?? 'username';
  return browser.submit(page, form, { set: { [username]: person.username, [password]: person.password } });
};

export type Walk = {
  readonly person?: Person;
  /** How the consent form is filled; absent: everything stays as shown and is allowed. */
  readonly consent?: Filling;
  /** Called with each page on the way. */
  readonly onPage?: (page: Page) => void;
};

/** The button that allows, by its words or value; never the one that refuses. */
export const ALLOW = /=allow$|^confirm=yes$|\ballow\b|continue/i;

const allows = ({ name, value, text }: Button): boolean => ALLOW.test(text) || ALLOW.test(`${name}=${value}`);

/**
 * From an authorization URL (or any page on the way) to the redirect target: signs in when asked,
 * consents when asked. Answers where the server sent the browser, with `code` or `error`; throws
 * with the page's text when it ends on a page that is neither.
 */
export const walkAuthorization = async (browser: Browser, from: string | Page, walk: Walk = {}): Promise<URL> => {
  let page = typeof from === 'string' ? await browser.open(from) : from;
  for (let step = 0; step < 6; step += 1) {
    if (page.left) return page.left;
    walk.onPage?.(page);
    if (page.forms.some(hasPassword)) {
      if (!walk.person) throw new Error(`asked to sign in on ${page.url}`);
      page = await submitSignIn(browser, page, walk.person);
      continue;
    }
    const form = page.forms.find((one) => one.buttons.some(allows));
    if (!form) break;
    page = await browser.submit(page, form, { button: ALLOW, ...walk.consent });
  }
  if (page.left) return page.left;
  throw new Error(`ended on ${page.url} (${page.status}): ${page.text.slice(0, 500)}`);
};
