/** The commands about response rules and responses, as the guide has them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RESPONSES, type Response } from '../../src/domain/governance/responses/response.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
});
afterAll(() => server?.close());

const behalf = (...argv: readonly string[]) => cliHere(argv, { BEHALF_DATA: server.dataFolder });

test('a rule is drafted, replayed, activated with the number that its replay says, deactivated, and deleted', async () => {
  expect((await behalf('response-rules', 'list')).err).toContain('There are no response rules.');
  const condition = ['--when', 'denials_10_minutes=20', '--when', 'rate_times=2.5'];
  const drafted = await behalf('response-rules', 'create', 'Denials', ...condition, '--act', 'suspend');
  expect(drafted).toMatchObject({ code: 0, out: expect.stringMatching(/^rrl_\w+ is drafted\./) });
  expect(await behalf('response-rules', 'create', 'Wrong', '--when', 'many', '--act', 'notify')).toMatchObject({
    ...{ code: 2, err: expect.stringContaining('many is no condition.') },
  });
  expect((await behalf('response-rules', 'show', 'Denials')).out).toContain('It was not replayed.');
  const early = await behalf('response-rules', 'activate', 'Denials', '--agents', '0', '--local');
  expect([early.code, early.err]).toEqual([1, expect.stringContaining('Replay this rule first')]);
  const replayed = await behalf('response-rules', 'replay', 'Denials', '--days', '7');
  expect(replayed).toMatchObject({ code: 0, out: expect.stringContaining('it would have acted on 0') });
  expect(await behalf('response-rules', 'activate', 'Denials', '--agents', '3')).toMatchObject({
    ...{ code: 2, err: expect.stringContaining('The last replay says 0 agents.') },
  });
  const activated = await behalf('response-rules', 'activate', 'Denials', '--agents', '0', '--local');
  expect(activated).toMatchObject({ code: 0, out: 'Denials acts from now on.\n' });
  expect((await behalf('response-rules', 'list')).out).toMatch(
    /rrl_\w+ +active +suspend +denials_10_minutes=20 rate_times=2.5 +0 +Denials/,
  );
  expect((await behalf('response-rules', 'update', 'Denials', '--environment', 'test')).out).toContain('environments');
  expect((await behalf('response-rules', 'show', 'Denials')).out).toContain('draft');
  expect(await behalf('response-rules', 'deactivate', 'Denials')).toMatchObject({ code: 0 });
  expect(await behalf('response-rules', 'delete', 'Denials', '--yes')).toMatchObject({ code: 0 });
});

test('a response is listed, shown and lifted', async () => {
  expect((await behalf('responses', 'list')).err).toContain('No response rule has acted.');
  const { services } = server.behalf;
  const agent = scene.agent.clientId;
  await services.agents.suspend(agent, { caller: 'system' }, { security: 'rsp_here' });
  const now = services.clock.now();
  await services.documents.collection<Response>(RESPONSES).insert({
    ...{ id: 'rsp_here', rule: 'rrl_1', ruleName: 'Much', agent, agentName: 'Secretary', owner: scene.accountId },
    ...{ act: 'suspend', state: 'open', slot: 'x', values: { rate_times: 4 }, evidence: ['s:1'] },
    ...{ eventAt: now, createdAt: now, updatedAt: now },
  });
  expect((await behalf('responses', 'list', '--state', 'open')).out).toMatch(/rsp_here +open +suspend .*Much/);
  expect((await behalf('responses', 'show', 'rsp_here')).out).toContain('rate_times');
  expect(await behalf('responses', 'lift', 'rsp_here')).toMatchObject({
    code: 0,
    out: expect.stringContaining('lifted'),
  });
  expect((await services.agents.get(agent))?.document.state).toBe('active');
  expect(await server.events('response.lifted')).toMatchObject([{ agent, outcome: 'done' }]);
});
