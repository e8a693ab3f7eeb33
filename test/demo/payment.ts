import { decodeJwt } from 'jose';
import type { Browser, Page } from 'playwright-core';
import { newKeyPair } from '../support/agent-keys.ts';
import { visit, withPage } from '../support/chromium.ts';
import { exampleTypes } from '../support/detail-types.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { type Answer, CIBA, discover, EXCHANGE, oauthCalls } from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import { REDIRECT_URI } from '../support/scene.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { makePasskey, plugAuthenticator } from '../support/virtual-authenticator.ts';
import { type Bank, type Payment, startBank } from './bank.ts';
import { type Picture, picturedDemo } from './pictured-demo.ts';
import { check, refused, say, showJwt, step } from './terminal.ts';

const REFRESH_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:refresh_token';
const PERSON = { username: 'ada', password: 'an apple fell on a train' };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1 };

const INVOICE: Payment = {
  type: 'payment_initiation',
  amount: 4000,
  currency: 'EUR',
  creditor: { name: 'Paper and Pens Ltd', account: 'GB33BUKB20201555555555' },
  reference: 'Invoice 7731',
  execute_before: '2030-01-31',
};

const withPasskey = async (page: Page, issuer: string): Promise<void> => {
  await plugAuthenticator(page);
  await page.goto(`${issuer}/account/security/passkey`);
  await page.getByLabel('Username').fill(PERSON.username);
  await page.getByLabel('Password').fill(PERSON.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await makePasskey(page, 'Phone');
};

const remedyOf = ({ body }: Answer): Record<string, unknown> => {
  const { remedies = [] } = (body['denial'] ?? {}) as { readonly remedies?: readonly Record<string, unknown>[] };
  return remedies.find(({ kind }) => kind === 'approval') ?? {};
};

const story = async (server: ServerProcess, browser: Browser, picture: Picture): Promise<void> => {
  const { issuer } = server;
  const management = await managementFromKeyFile(server.administratorKeyFile);
  const calls = oauthCalls(await discover(issuer));

  step('A bank takes payments; the starter policy wants an approval for each, since their risk is high');
  const bank: Bank = await startBank(issuer, async (identifier) => {
    const made = await management.createResourceServer({
      identifier,
      name: 'First Bank',
      scopes: [{ name: 'balance', description: 'See the balance', risk: 'low' }],
      detail_types: exampleTypes('payment'),
      access_token_format: 'jwt',
      introspection_auth_method: 'client_secret_basic',
    });
    return { id: made.id, secret: String(made['client_secret']) };
  });
  try {
    const { id: ada } = await management.createAccount({ ...PERSON, name: 'Ada' });
    const pair = await newKeyPair();
    const agent = await management.createAgent({
      name: 'Bookkeeper',
      owner: ada,
      purpose: 'Pays invoices that Ada forwards to it',
      environment: 'test',
      jwks: { keys: [pair.publicJwk] },
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token', EXCHANGE, CIBA],
    });
    const key = { kind: 'key', identity: { clientId: agent.id, key: pair } } as const;
    say(`Ada’s agent “Bookkeeper” is ${agent.id}`);

    await withPage(browser, PHONE, async (page) => {
      step('Ada has a passkey on her phone, and allows Bookkeeper payments of up to 100 EUR to one firm');
      await withPasskey(page, issuer);
      const pkce = newPkce();
      const url = new URL(calls.endpoints.authorization);
      url.search = new URLSearchParams({
        client_id: agent.id,
        response_type: 'code',
        redirect_uri: REDIRECT_URI,
        scope: 'openid offline_access balance',
        resource: bank.identifier,
        authorization_details: JSON.stringify([{ ...INVOICE, amount: 10_000, reference: undefined }]),
        code_challenge: pkce.challenge,
        code_challenge_method: 'S256',
      }).toString();
      const left = page.waitForRequest(`${REDIRECT_URI}*`);
      await page.goto(url.href);
      check('what is of high risk is not ticked beforehand', !(await page.getByLabel(/Pay up to/).isChecked()));
      await picture(page, 'consent');
      await page.getByLabel(/Pay up to/).check();
      await page.getByRole('button', { name: 'Allow' }).click();
      const code = new URL((await left).url()).searchParams.get('code') ?? '';
      const first = await calls.token(key, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: REDIRECT_URI,
        code_verifier: pkce.verifier,
        resource: bank.identifier,
      });
      check(
        'Bookkeeper holds a token for the balance, and none to pay with',
        first.body['scope'] === 'balance',
        first.text,
      );
      const allowed = String(first.body['refresh_token']);

      step('Bookkeeper wants to pay 40.00 EUR: not without an approval, for which Ada is asked');
      const want = (payment: Payment): Promise<Answer> =>
        calls.exchange(key, allowed, bank.identifier, {
          subject_token_type: REFRESH_TOKEN_TYPE,
          authorization_details: JSON.stringify([payment]),
        });
      const asked = await want(INVOICE);
      refused('the exchange', asked, ['access_denied']);
      const remedy = remedyOf(asked);
      check(
        'the denial says how to wait for her',
        remedy['grant_type'] === CIBA && remedy['interval'] === 5,
        asked.text,
      );
      const authReqId = String(remedy['auth_req_id']);
      const poll = (): Promise<Answer> => calls.poll(key, authReqId);
      refused('asking whether she has decided', await poll(), ['authorization_pending']);
      check('the same wish again asks her nothing new', remedyOf(await want(INVOICE))['auth_req_id'] === authReqId);

      step('Ada sees on her phone what exactly is to be paid, and approves with her passkey');
      await visit(page, `${issuer}/account/approvals`);
      await picture(page, 'inbox');
      await page.getByRole('link', { name: /^EUR 40\.00 to/ }).click();
      await page.getByText('Paper and Pens Ltd').first().waitFor();
      await picture(page, 'approval');
      const seen = String(await page.locator('main').textContent());
      check(
        'the page names the sum, the firm, the invoice and the agent',
        ['EUR 40.00', 'Paper and Pens Ltd', 'Invoice 7731', 'Bookkeeper'].every((word) => seen.includes(word)),
        seen,
      );
      await page.getByRole('button', { name: 'Approve with your passkey' }).click();
      await page.getByRole('heading', { name: 'Approved' }).waitFor();
      await picture(page, 'approved');

      step('Her yes is one token, for this payment and no other');
      const given = await poll();
      check('Bookkeeper fetches it', given.status === 200, given.text);
      const token = String(given.body['access_token']);
      showJwt('Access token', token);
      const claims = decodeJwt(token);
      check('it lives for five minutes at most', Number(claims.exp) - Number(claims.iat) <= 300);
      refused('fetching it a second time', await poll(), ['invalid_grant']);

      step('The bank compares the call with the token, uses the approval up, and pays once');
      const more = await bank.pay(token, { ...INVOICE, amount: 4100 });
      check(`41.00 EUR with the same token: ${more.status} ${more.text}`, more.status === 403);
      const paid = await bank.pay(token, INVOICE);
      check(`40.00 EUR: ${paid.status} ${paid.text}`, paid.status === 200);
      const twice = await bank.pay(token, INVOICE);
      check(`the same again: ${twice.status} ${twice.text}`, twice.status === 409);
      check('one payment was made', bank.payments.length === 1, bank.payments);
      const other = await want({ ...INVOICE, amount: 4100 });
      check('another sum is another question to Ada', remedyOf(other)['auth_req_id'] !== authReqId, other.text);

      step('Ada says no to that one');
      await visit(page, `${issuer}/account/approvals`);
      await page.getByRole('link', { name: /^EUR 41\.00 to/ }).click();
      await page.getByRole('button', { name: 'Deny' }).click();
      await page.getByRole('heading', { name: 'Denied' }).waitFor();
      await picture(page, 'denied');
      refused('Bookkeeper', await calls.poll(key, String(remedyOf(other)['auth_req_id'])), ['access_denied']);

      step('What happened stands in the audit log');
      const lines = (await management.exportAudit()).split('\n').filter((line) => line.includes('approval'));
      const types = lines.flatMap((line) => /"type":"([a-z_.]+)"/.exec(line)?.[1] ?? []);
      for (const type of [
        'approval.requested',
        'approval.approved',
        'token.issued',
        'approval.used',
        'approval.denied',
      ]) {
        check(type, types.includes(type), types);
      }
    });
  } finally {
    bank.close();
  }
};

await picturedDemo('payment', 'a person approves one payment of her agent', story);
