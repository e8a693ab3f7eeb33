/** A server with low limits of sign-ins, and attempts to sign in there. */
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from './audit-watch.ts';
import { type Browser, fillForm, newBrowser, type Page } from './browser-flow.ts';
import { type FrontAnswer, frontRequest } from './front-channel.ts';
import type { Form } from './html-forms.ts';
import { type RunningServer, runServer } from './running-server.ts';
import { makeScene, type Scene } from './scene.ts';
import { startClock, stopClock } from './stopped-clock.ts';

export const PER_ACCOUNT = 5;
export const PER_SOURCE = 12;
export const WINDOW = 600;
export const PASSWORD = 'a long enough pass phrase';

export let server: RunningServer;
export let scene: Scene;
export let watch: AuditWatch;
export let hashes: { verify: number; verifyNothing: number };

/** Counts what is hashed, and hashes as before. */
const countHashes = (passwords: RunningServer['behalf']['services']['passwords']) => {
  const counts = { verify: 0, verifyNothing: 0 };
  const { verify, verifyNothing } = passwords;
  Object.assign(passwords, {
    verify: (...given: Parameters<typeof verify>) => {
      counts.verify += 1;
      return verify(...given);
    },
    verifyNothing: (...given: Parameters<typeof verifyNothing>) => {
      counts.verifyNothing += 1;
      return verifyNothing(...given);
    },
  });
  return counts;
};

/** Starts the server for a test file. */
export const startSignIns = async (): Promise<void> => {
  stopClock();
  server = await runServer({
    environment: {
      ...COUNT_EACH_SECOND,
      BEHALF__LIMITS__SIGNINPERACCOUNT: String(PER_ACCOUNT),
      BEHALF__LIMITS__SIGNINPERSOURCE: String(PER_SOURCE),
      BEHALF__LIMITS__SIGNINWINDOWSECONDS: String(WINDOW),
      BEHALF__PASSWORDS__ARGON2MEMORYKIB: '64',
      BEHALF__LISTEN__TRUSTEDPROXIES: '["127.0.0.1","10.0.0.0/8"]',
    },
  });
  scene = await makeScene(server, { skipConsent: false });
  watch = auditWatch(server);
  hashes = countHashes(server.behalf.services.passwords);
};

/** Closes it. */
export const closeSignIns = async (): Promise<void> => {
  await server?.close();
  startClock();
};

let people = 0;
/** A fresh account. */
export const newPerson = async (more: Readonly<Record<string, unknown>> = { password: PASSWORD }) => {
  people += 1;
  const username = `person${people}`;
  const { id } = await scene.management.createAccount({ username, name: 'A person', ...more });
  return { id, username, password: PASSWORD };
};

let addresses = 0;
/** A fresh client address. */
export const newSource = (): string => {
  addresses += 1;
  return `198.51.${Math.floor(addresses / 250)}.${(addresses % 250) + 1}`;
};

export const isSignIn = ({ fields }: Form): boolean => fields.some(({ type }) => type === 'password');

export const signInForm = (page: Page): Form => {
  const form = page.forms.find(isSignIn);
  if (!form) throw new Error(`no sign-in form: ${page.text.slice(0, 200)}`);
  return form;
};

export type Attempt = {
  readonly username: string;
  readonly password: string;
  readonly forwarded?: string | undefined;
  readonly browser?: Browser;
};

/** Opens the sign-in page, and what sends its form once. */
export const readyToSignIn = async ({ username, password, forwarded = newSource(), browser }: Attempt) => {
  const used = browser ?? newBrowser(server.issuer);
  const page = await used.open(`${server.issuer}/account`);
  const form = signInForm(page);
  const send = (): Promise<FrontAnswer> =>
    frontRequest(used, new URL(form.action, page.url).href, {
      method: 'POST',
      body: fillForm(form, { set: { username, password } }),
      headers: forwarded === '' ? {} : { 'x-forwarded-for': forwarded },
    });
  return { browser: used, page, form, send };
};

export const signIn = async (attempt: Attempt): Promise<FrontAnswer> => (await readyToSignIn(attempt)).send();
