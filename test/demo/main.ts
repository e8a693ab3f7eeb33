/**
 * `npm run demo`: the story of an agent that acts for a person, told against a server that is started
 * for it, over real HTTP, with a resource server in a process of its own. Every sentence is checked;
 * the demo ends with 1 at the first that is not so. The cast is made in cast.ts.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { clientAssertion } from '../support/agent-keys.ts';
import type { Page } from '../support/browser-flow.ts';
import type { Answer, Credential } from '../support/oauth-calls.ts';
import { consentUrl } from '../support/scene.ts';
import { runCli, startServer } from '../support/server-process.ts';
import { type Cast, makeCast } from './cast.ts';
import { denials } from './denials.ts';
import { bold, check, cyan, dim, green, print, red, refused, say, showJwt, step, storyEnd } from './terminal.ts';

const key = (identity: Cast['secretary']): Credential => ({ kind: 'key', identity });
const token = (answer: Answer): string => String(answer.body['access_token']);
const scopeOf = (jwt: string): readonly string[] => String(decodeJwt(jwt)['scope']).split(' ').sort();

/** The person opens the page an agent handed over, narrows what it asks, and allows the rest. */
const allowNarrowed = async (
  cast: Cast,
  url: string,
  narrow: { readonly without: readonly string[]; readonly delegableToAgents: string },
): Promise<Page> => {
  let asked: Page | undefined;
  const last = await cast.person.walk(url, {
    check: (name, value) => {
      if (name === 'delegable_to') return value === narrow.delegableToAgents;
      if (name === 'scope') return !narrow.without.some((scope) => value.endsWith(` ${scope}`));
      return undefined;
    },
    onPage: (page) => {
      if (/act for you/i.test(page.text)) asked = page;
    },
  });
  check('the page says who asks, and for what', asked !== undefined, last.text);
  say(dim(`“${asked?.text.slice(0, 420)} …”`));
  return last;
};

const story = async (cast: Cast, server: Awaited<ReturnType<typeof startServer>>): Promise<void> => {
  const { calls, calendar, planning, secretary, planner, desk, person } = cast;

  step('Ada signs in to Desk, an app she uses (OpenID Connect, code + PKCE)');
  const code = await person.signIn();
  const signedIn = await calls.token(key(desk), code);
  check('the code gave an ID token and an access token', signedIn.status === 200, signedIn.text);
  showJwt('Access token of Desk, for the secretary’s own API', token(signedIn));
  const adasToken = token(signedIn);
  check('it names Ada and Desk, and no actor', decodeJwt(adasToken)['act'] === undefined);

  step('A code works once');
  refused('the same code again', await calls.token(key(desk), code), ['invalid_grant']);
  say('Presenting it again ended what it had given: Ada signs in once more.');
  const again = await calls.token(key(desk), await person.signIn());
  check('a fresh sign-in works', again.status === 200, again.text);
  const subject = token(again);
  const refused1 = await calls.exchange(key(secretary), adasToken, calendar.identifier);
  refused('the token of the replayed code cannot be exchanged', refused1, ['invalid_request', 'invalid_grant']);

  step('Desk hands Ada’s token to the agent “Secretary”, which has no permission yet');
  const unasked = await calls.exchange(key(secretary), subject, calendar.identifier);
  refused('the exchange', unasked, ['consent_required']);
  const url = consentUrl(unasked);
  check('the answer carries a page for Ada on this server', url?.startsWith(server.issuer) === true, unasked.text);
  say(`remedy: ${url}`);

  step('Ada opens the page, takes out “remove for good” and allows re-delegation to “Planner”');
  await allowNarrowed(cast, String(url), { without: ['calendar.delete'], delegableToAgents: planner.clientId });
  const second = await calls.exchange(key(secretary), subject, planning.identifier);
  await allowNarrowed(cast, String(consentUrl(second)), { without: [], delegableToAgents: planner.clientId });
  const used = await person.open(String(url));
  check('the page works once', used.status === 404, used.text);

  step('Secretary signs in with its key, no secret, and exchanges Ada’s token (RFC 7523, RFC 8693)');
  const assertion = await clientAssertion(secretary, server.issuer);
  showJwt('Client assertion', assertion);
  const signed: Credential = { kind: 'assertion', clientId: secretary.clientId, assertion };
  const exchanged = await calls.exchange(signed, subject, calendar.identifier);
  check('the exchange succeeded', exchanged.status === 200, exchanged.text);
  const delegated = token(exchanged);
  showJwt('Delegated token', delegated);
  const claims = decodeJwt(delegated);
  const act = claims['act'] as { sub?: string; act?: unknown } | undefined;
  check('sub is Ada, act is Secretary', claims.sub === person.accountId && act?.sub === secretary.clientId, claims);
  check('it was not asked to name an actor, and names it all the same', act?.act === undefined);
  check('it holds what Ada left, and no more', scopeOf(delegated).join(' ') === 'calendar.read calendar.write', claims);
  check('it ends no later than Ada’s token', Number(claims.exp) <= Number(decodeJwt(subject).exp));

  step('The calendar, another process, checks the token by itself');
  for (const [method, status] of [
    ['GET', 200],
    ['POST', 200],
    ['DELETE', 403],
  ] as const) {
    const answer = await cast.visitCalendar(method, delegated);
    check(`${method} /events → ${answer.status} ${answer.text}`, answer.status === status, answer.text);
  }
  const mistaken = await cast.visitCalendar('GET', subject);
  check(`Ada’s token for another API → ${mistaken.status}`, mistaken.status === 401, mistaken.text);

  step('What Secretary cannot do');
  const ask = (more: Record<string, string>, by = secretary): Promise<Answer> =>
    calls.exchange(key(by), subject, calendar.identifier, more);
  refused('more than Ada left (calendar.delete)', await ask({ scope: 'calendar.delete' }), [
    'consent_required',
    'invalid_scope',
    'access_denied',
  ]);
  const some = await ask({ scope: 'calendar.read calendar.delete' });
  check('asked for both, it gets the one it has', scopeOf(token(some)).join(' ') === 'calendar.read', some.text);
  refused('the same assertion once more', await calls.exchange(signed, subject, calendar.identifier), [
    'invalid_client',
  ]);
  const forged = await ask({ act: JSON.stringify({ sub: 'another user' }), sub: 'acc_another' });
  const forgedClaims = decodeJwt(token(forged));
  check(
    'an actor or subject in the request is not copied',
    forgedClaims.sub === person.accountId && (forgedClaims['act'] as { sub: string }).sub === secretary.clientId,
    forged.text,
  );
  refused(
    'naming another actor than itself',
    await ask({ actor_token: subject, actor_token_type: 'urn:ietf:params:oauth:token-type:access_token' }),
    ['invalid_request', 'invalid_grant'],
  );
  refused('Planner with Ada’s token, which was not meant for it', await ask({}, planner), [
    'invalid_request',
    'invalid_grant',
    'invalid_target',
  ]);
  refused(
    'dropping the actor: Desk, no agent, with the delegated token',
    await calls.exchange(key(desk), delegated, calendar.identifier),
    ['unauthorized_client', 'invalid_request'],
  );
  const dropped = await calls.exchange(key(secretary), delegated, calendar.identifier, { actor_token: '' });
  check(
    'dropping the actor: Secretary with its own token and no actor_token is still named',
    (decodeJwt(token(dropped))['act'] as { sub?: string } | undefined)?.sub === secretary.clientId,
    dropped.text,
  );

  await denials(cast, server.dataFolder, ask);

  step('Secretary hands work to the sub-agent “Planner”, which gets less and not more');
  const forPlanner = await calls.exchange(key(secretary), subject, planning.identifier);
  check('Secretary has a token for Planner’s API', forPlanner.status === 200, forPlanner.text);
  const hop = await calls.exchange(key(planner), token(forPlanner), calendar.identifier, { scope: 'calendar.read' });
  check('Planner exchanged it', hop.status === 200, hop.text);
  const below = token(hop);
  showJwt('Token of the sub-agent', below);
  const chain = decodeJwt(below)['act'] as { sub: string; act?: { sub: string; act?: unknown } };
  check(
    'Ada ← Secretary ← Planner: both stand in act, who acts now on the outside',
    chain.sub === planner.clientId && chain.act?.sub === secretary.clientId && chain.act.act === undefined,
    chain,
  );
  const read = await cast.visitCalendar('GET', below);
  check(`GET /events → ${read.status} ${read.text}`, read.status === 200, read.text);
  const write = await cast.visitCalendar('POST', below);
  check(`POST /events → ${write.status} ${write.text}`, write.status === 403, write.text);
  const wider = await calls.exchange(key(planner), token(forPlanner), calendar.identifier, {
    scope: 'calendar.delete',
  });
  refused('Planner asks for what Secretary never had', wider, ['invalid_scope', 'access_denied', 'consent_required']);
  check('and no page is offered: only Ada widens, at the first hop', consentUrl(wider) === undefined, wider.text);

  step('Ada revokes what Secretary may do at the calendar, and everything below dies');
  await person.revoke(String(claims['delegation']));
  for (const [whose, dead] of [
    ['Secretary', delegated],
    ['Planner', below],
  ] as const) {
    const seen = await calls.introspect(calendar.credential, dead);
    check(`${whose}’s token is no longer active`, seen.body['active'] === false, seen.text);
    const answer = await cast.visitCalendar('GET', dead);
    check(`GET /events with it → ${answer.status} ${answer.text}`, answer.status === 401, answer.text);
  }
  refused(
    'Secretary’s next exchange asks Ada anew',
    await calls.exchange(key(secretary), subject, calendar.identifier),
    ['consent_required'],
  );
  refused('Planner’s next exchange', await calls.exchange(key(planner), token(forPlanner), calendar.identifier), [
    'invalid_request',
    'invalid_grant',
    'invalid_target',
    'access_denied',
  ]);

  step('The whole story stands in the audit log');
  const exportFile = join(server.dataFolder, 'audit.ndjson');
  const exported = await cast.behalf('audit', 'export', '--to', exportFile);
  check('behalf audit export', exported.code === 0, exported.stderr);
  const lines = (await readFile(exportFile, 'utf8')).trimEnd().split('\n');
  const txn = decodeJwt(below)['txn'];
  for (const line of lines) {
    const { event } = JSON.parse(line) as { event?: Record<string, unknown> };
    if (!event || event['txn'] === undefined || event['txn'] !== txn) continue;
    const { type, outcome, resource, scopeGiven, error, denial } = event;
    const given = Array.isArray(scopeGiven) ? scopeGiven.join(' ') : String(error ?? '');
    const reason = (denial as { reason?: string } | undefined)?.reason ?? '';
    say(
      `${String(type).padEnd(20)} ${outcome === 'refused' ? red('refused') : green(String(outcome))} ${dim(`${resource ?? ''} ${given} ${reason}`)}`,
    );
  }
  const ids = [delegated, below].map((one) => String(decodeJwt(one).jti));
  check(
    'both delegated tokens are on record by their jti',
    ids.every((id) => lines.some((line) => line.includes(id))),
  );
  const secrets = [delegated, below, subject, assertion, String(code['code']), person.password];
  check(
    'no token, code, assertion or password stands in it',
    !secrets.some((one) => lines.some((line) => line.includes(one))),
  );

  step('It verifies offline; one changed byte is found');
  await server.stop();
  const verified = await runCli(['audit', 'verify', exportFile], process.env);
  check(`behalf audit verify, the server stopped\n${verified.stdout.trimEnd()}`, verified.code === 0, verified.stderr);
  const text = lines.join('\n');
  const at = text.indexOf('calendar.read', text.length / 2);
  const edited = `${text.slice(0, at)}k${text.slice(at + 1)}\n`;
  const editedFile = join(server.dataFolder, 'edited.ndjson');
  await writeFile(editedFile, edited);
  say(`one byte edited: “calendar.read” → “${edited.slice(at, at + 13)}” at byte ${at}`);
  const found = await runCli(['audit', 'verify', editedFile], process.env);
  check(`behalf audit verify: ${found.stderr.trim()}`, found.code === 1, found);
};

const main = async (): Promise<void> => {
  print(bold('Behalf: an agent acts for a person, and every step is in the audit log\n'));
  const server = await startServer();
  let cast: Cast | undefined;
  try {
    say(dim(`server ${server.issuer}, data in ${server.dataFolder}`));
    cast = await makeCast(server);
    await story(cast, server);
    print(`\n${green(bold('As told.'))} ${storyEnd()}.`);
  } catch (error) {
    print(`\n${red(bold('Not as told.'))} ${(error as Error).stack}`);
    print(cyan(server.log().slice(-3000)));
    process.exitCode = 1;
  } finally {
    cast?.end();
    await server.remove();
  }
};

await main();
