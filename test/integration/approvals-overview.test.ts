/** What operators, owners and programs see of approvals: API, command line, console, metrics. None of them decides there. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import { APPROVALS, type Approval } from '../../src/domain/approvals/approval.ts';
import { update } from '../../src/domain/ports/document-store.ts';
import { extendChain } from '../../src/domain/vocabulary/actor-chain.ts';
import { type ApprovalScene, approvalScene } from '../support/approval-scene.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { composeManagementApi } from '../support/composed-management-api.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { startClock, stopClock } from '../support/stopped-clock.ts';

describe('the API', () => {
  test('MG-01 shows everything to roles, and to others what is asked in their name or by their agents; no caller decides', async () => {
    const world = await composeManagementApi();
    const { call, owner, stranger, auditor, operator, admin } = world;
    const { service } = world.approvals;
    const outsider = await world.person('outsider');
    const agent = (await call(owner, 'post', '/agents', world.newAgent())).body as { readonly id: string };
    const ask = async (subject: string, scope: string, by = agent.id) =>
      (
        await service.ask(
          {
            channel: 'token_exchange',
            risk: 'critical',
            requires: { quorum: 1, isProvenAnew: true },
            approvers: [subject],
            approverNames: [subject],
            owner: 'acc_owner',
            mustAgree: subject,
            ping: { endpoint: 'https://agent.example.com/ping', token: 'ping-token' },
            action: {
              ...{ client: by, agent: by, chain: extendChain(by, 'https://id.example.com'), subject, scope: [scope] },
              ...{ resource: 'https://bank.example.com', details: [{ type: 'pay', amount: 7 }] },
              ...{ meaning: 'as it is declared', blueprint: null, composition: null, policy: 3 },
              message: 'Invoice 7',
            },
          },
          'req_test',
        )
      ).approval;
    const one = await ask(stranger.account.id, 'pay');
    const other = await ask(outsider.account.id, 'pay');
    const denied = await ask(stranger.account.id, 'close');
    await service.deny(denied.id, {
      account: stranger.account.id,
      seen: denied.digest,
      request: 'req_test',
      source: '192.0.2.7',
    });
    const voted = await ask(stranger.account.id, 'read');
    const assurance = { acr: 'urn:behalf:acr:multi-factor', amr: ['hwk', 'user'], authTime: world.clock.now() };
    await service.approve(voted.id, {
      ...{ account: stranger.account.id, seen: voted.digest, request: 'req_test', source: '192.0.2.7' },
      ...{ assurance, ...(voted.number === undefined ? {} : { number: voted.number }) },
    });
    const ids = async (by: { readonly token: string }, query = ''): Promise<readonly string[]> =>
      ((await call(by, 'get', `/approvals${query}`)).body.items as { id: string }[]).map(({ id }) => id).sort();
    const all = [one, other, denied, voted].map(({ id }) => id).sort();
    for (const by of [auditor, operator, admin]) expect(await ids(by)).toEqual(all);
    expect(await ids(auditor, `?subject=${outsider.account.id}`)).toEqual([other.id]);
    expect(await ids(auditor, '?state=denied')).toEqual([denied.id]);
    expect(await ids(auditor, `?state=pending&agent=${agent.id}`)).toEqual([one.id, other.id].sort());
    expect((await call(auditor, 'get', '/approvals?state=open')).status).toBe(400);
    // Without a role.
    expect(await ids(stranger)).toEqual([one.id, denied.id, voted.id].sort());
    expect(await ids(owner)).toEqual([]);
    expect(await ids(owner, `?agent=${agent.id}`)).toEqual(all);
    expect(await ids(outsider, `?agent=${agent.id}`)).toEqual([other.id]);
    expect(await ids(outsider, `?subject=${stranger.account.id}`)).toEqual([]);
    expect((await call(outsider, 'get', `/approvals/${one.id}`)).status).toBe(404);
    for (const by of [auditor, owner, stranger])
      expect((await call(by, 'get', `/approvals/${one.id}`)).status).toBe(200);
    // Pages.
    const first = await call(auditor, 'get', '/approvals?limit=3');
    expect(first.body.items).toHaveLength(3);
    expect(await ids(auditor, `?limit=3&cursor=${first.body.next}`)).toHaveLength(1);
    expect((await call(operator, 'get', `/approvals?cursor=${first.body.next}`)).status).toBe(400);
    // Orders, page after page.
    const walk = async (query: string): Promise<readonly string[]> => {
      const found: string[] = [];
      for (let next: unknown; ; ) {
        const from = next === undefined ? '' : `&cursor=${next}`;
        const { body } = await call(auditor, 'get', `/approvals?limit=1${query}${from}`);
        found.push(...(body.items as { id: string }[]).map(({ id }) => id));
        next = body.next;
        if (next === undefined) return found;
      }
    };
    const soonest = await walk('&sort=expires');
    const ends = await Promise.all(soonest.map(async (id) => (await service.get(id))?.expiresAt ?? 0));
    expect([...soonest].sort()).toEqual(all);
    expect(ends).toEqual([...ends].sort((before, after) => before - after));
    expect(await walk('&sort=expires&order=descending')).toEqual([...soonest].reverse());
    expect(await walk('&sort=created&order=ascending')).toEqual([...(await walk(''))].reverse());
    expect(await walk('&sort=expires&state=denied')).toEqual([denied.id]);
    // No index has this order for one agent or one person.
    for (const [by, query, remedy] of [
      [auditor, `&agent=${agent.id}`, 'Leave out "sort", or "agent".'],
      [stranger, `&subject=${stranger.account.id}`, 'Leave out "sort", or "subject".'],
      // The caller named no person, and cannot leave it out.
      [stranger, '', 'Your approvals are sorted by "created" only. Leave out "sort".'],
    ] as const) {
      const refused = await call(by, 'get', `/approvals?sort=expires${query}`);
      const said = { parameter: 'sort', detail: expect.stringContaining(remedy) };
      expect([refused.status, refused.body]).toEqual([400, expect.objectContaining({ errors: [said] })]);
    }
    // What may be seen of one.
    const shown = await call(auditor, 'get', `/approvals/${voted.id}`);
    expect(shown.body).toMatchObject({
      ...{
        id: voted.id,
        state: 'approved',
        risk: 'critical',
        digest: voted.digest,
        policy: 3,
        must_agree: stranger.account.id,
      },
      ...{
        requires: { quorum: 1, proven_anew: true },
        binding_message: 'Invoice 7',
        details: [{ type: 'pay', amount: 7 }],
      },
      votes: [{ account: stranger.account.id, at: world.clock.now() }],
    });
    const text = JSON.stringify(shown.body);
    for (const kept of [voted.handle, voted.sealedHandle, '"ping"', '"hwk"', '192.0.2.7', 'acr:multi']) {
      expect(text).not.toContain(kept);
    }
    expect(['open', 'slot', 'origin', 'handle', 'number'].filter((name) => name in shown.body)).toEqual([]);
    for (const method of ['post', 'patch', 'delete', 'put'] as const) {
      for (const path of [`/approvals/${one.id}`, `/approvals/${one.id}/approve`, '/approvals']) {
        expect([404, 405]).toContain((await call(admin, method, path, {})).status);
      }
    }
    expect((await service.get(one.id))?.state).toBe('pending');
  });
});

describe('on a whole server', () => {
  let server: RunningServer;
  let scene: ApprovalScene;

  beforeAll(async () => {
    stopClock();
    server = await runServer();
    scene = await approvalScene(server);
  }, 60_000);
  afterAll(async () => {
    startClock();
    await server?.close();
  });

  const behalf = async (...argv: readonly string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
    const code = await runCli(argv, terminal, { BEHALF_DATA: server.dataFolder });
    return { code, out: out.join(''), err: err.join('') };
  };

  test('the command line lists and shows, the console has figures for roles, and metrics count', async () => {
    const ada = await scene.newPerson('ada-one');
    const [asked, denied, approved] = [
      await scene.ask(ada.id),
      await scene.ask(ada.id, { action: { scope: ['write'] } }),
      await scene.ask(ada.id, { action: { scope: ['read', 'write'] } }),
    ];
    const browser = await scene.browserOf(ada.username);
    await scene.answer(browser, denied, 'deny');
    await scene.answer(browser, approved, 'approve');

    const listed = await behalf('approvals', 'list', '--subject', ada.id, '--state', 'pending');
    expect([listed.code, listed.err, listed.out.includes(asked.id), listed.out.includes(denied.id)]).toEqual([
      0,
      '',
      true,
      false,
    ]);
    const shown = await behalf('approvals', 'show', asked.id);
    expect([shown.code, shown.out.includes(asked.digest)]).toEqual([0, true]);
    expect((await behalf('approvals', 'list', '--agent', `agt_${'a'.repeat(26)}`)).err).toContain(
      'There are no such approvals',
    );
    expect((await behalf('approvals', 'approve', asked.id)).code).not.toBe(0);

    const metrics = await server.behalf.metrics.registry.metrics();
    for (const line of [
      'behalf_approvals_total{outcome="asked"} 3',
      'behalf_approvals_total{outcome="denied"} 1',
      'behalf_approvals_total{outcome="approved"} 1',
      'behalf_approval_decision_seconds_count{outcome="approved"} 1',
    ]) {
      expect(metrics).toContain(line);
    }

    const stored = server.behalf.services.documents.collection<Approval>(APPROVALS);
    await update(stored, denied.id, (one) => ({ ...one, txn: 'txn_of_the_denied' }));
    const admin = newBrowser(server.issuer);
    const person = { username: 'admin', password: 'correct horse battery staple' };
    const signedIn = await submitSignIn(admin, await admin.open(`${server.issuer}/console/approvals`), person);
    expect([signedIn.status, signedIn.url]).toEqual([200, `${server.issuer}/console/approvals`]);
    for (const said of ['2 Decided', '100 % Approved in under 3 s', '50 % Denied (1)']) {
      expect(signedIn.text).toContain(said);
    }
    expect(signedIn.text).toContain('ada-one Person 2');
    for (const { id } of [asked, denied, approved]) expect(signedIn.text).toContain(id);
    const filtered = await admin.open(`${server.issuer}/console/approvals?state=denied`);
    expect([filtered.text.includes(denied.id), filtered.text.includes(asked.id)]).toEqual([true, false]);
    expect(filtered.html).toContain('href="/console/transactions/txn_of_the_denied"');
    const sorted = await admin.open(`${server.issuer}/console/approvals?state=denied&sort=expires&order=descending`);
    expect(sorted.html).toMatch(/aria-sort="descending"><a href="[^"]*\/console\/approvals\?state=denied">/);
    expect(sorted.html).toMatch(/<input type="hidden" name="sort" value="expires">/);
    expect((await admin.open(`${server.issuer}/console`)).html).toContain('/console/approvals');
    // Nothing of it is there for others, not even its name.
    const own = await browser.open(`${server.issuer}/console/approvals`);
    expect(own.status).toBe(404);
    expect((await browser.open(`${server.issuer}/console`)).html).not.toContain('/console/approvals');
    expect((await server.events('request.refused')).at(-1)).toMatchObject({ subject: ada.id, error: 'not_found' });
  });
});
