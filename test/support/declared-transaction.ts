/** A transaction that an agent declared: two tokens, one with a reported call. */
import type { Identity } from './agent-keys.ts';
import { EXCHANGE } from './oauth-calls.ts';
import { credentialOf, reportOf, resultsOf, sendReports } from './reports.ts';
import type { Scene } from './scene.ts';

export const INTENT = 'Pay the invoices of June, and no others';

/** `allow`: makes the person allow the agent at the calendar API, which may send reports. */
export const declaredTransaction = async (
  issuer: string,
  scene: Scene,
  allow: (agent: Identity, subjectToken: string) => Promise<unknown>,
): Promise<{ readonly id: string; readonly agent: Identity; readonly tokens: readonly string[] }> => {
  const { management, jwt, calls } = scene;
  const subjectToken = String((await scene.newTokens(scene.opaque.identifier))['access_token']);
  const agent = await scene.newAgent('Invoice runner');
  const path = `/agents/${agent.clientId}`;
  const read = await management.call('GET', path);
  const authority = {
    ...(read.body['authority'] as object),
    [`${issuer}/api/v1`]: ['transactions:read', 'transactions:write'],
  };
  await management.call('PATCH', path, { authority }, { 'if-match': String(read.headers.get('etag')) });
  await allow(agent, subjectToken);
  const stated = { trigger: 'person', invoker: scene.accountId, intent: INTENT };
  const opened = await management.call('POST', '/transactions', stated, {}, agent);
  if (opened.status !== 201) throw new Error(`the transaction was not opened: ${opened.text}`);
  const id = String(opened.body['id']);
  const token = async (): Promise<string> => {
    const { body, text } = await calls.token(scene.keyed(agent), {
      grant_type: EXCHANGE,
      subject_token: subjectToken,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      resource: jwt.identifier,
      transaction: id,
    });
    if (body['access_token'] === undefined) throw new Error(`no token: ${text}`);
    return String(body['access_token']);
  };
  const tokens = [await token(), await token()];
  const report = reportOf(String(tokens[0]), { tool: 'invoices.pay', resource: 'invoices/42' });
  resultsOf(await sendReports(issuer, credentialOf(jwt), JSON.stringify({ reports: [report] })));
  return { id, agent, tokens };
};
