/** The twelve jobs of an operator in the organisation of the demo: how each is done in the console and on the command line. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { CommandSteps, ConsoleSteps } from './counted-steps.ts';

export type OperatorJob = {
  readonly job: string;
  /** From the overview, signed in. Absent: impossible in the console. */
  readonly console?: (steps: ConsoleSteps) => Promise<void>;
  /** `folder` is empty. Absent: impossible on the command line. */
  readonly cli?: (steps: CommandSteps, folder: string) => Promise<void>;
};

const BANK = 'https://bank.example.com';
const AGENT_ID = /agt_\w+/;

const rule = (id: string): string =>
  `\n@id("${id}")\n@reason("Nothing is removed.")\nforbid (principal is Agent, action == Action::"act", resource) when { resource.name == "events:delete" };\n`;

const openAgent = async (steps: ConsoleSteps, name: string): Promise<void> => {
  await steps.follow('Agents');
  await steps.type('Words', name);
  await steps.press('Show');
  await steps.follow(name);
};

const agentId = async (steps: CommandSteps, words: string): Promise<string> =>
  steps.lookedUp(await steps.run('agents', 'list', '--search', words), AGENT_ID);

export const OPERATOR_JOBS: readonly OperatorJob[] = [
  {
    job: 'find an agent and its rights',
    async console(steps) {
      await openAgent(steps, 'Travel planner');
      expect(await steps.text()).toContain('See events and when people are free');
    },
    async cli(steps) {
      expect(await steps.run('agents', 'show', await agentId(steps, 'travel'))).toContain('events:read');
    },
  },
  {
    job: 'disable an agent',
    async console(steps) {
      await openAgent(steps, 'Minute taker');
      await steps.press('Suspend Minute taker');
      expect(await steps.text()).toContain('It is suspended.');
    },
    async cli(steps) {
      expect(await steps.run('agents', 'suspend', await agentId(steps, 'archive'))).toContain('suspended');
    },
  },
  {
    job: 'kill a person',
    async cli(steps) {
      await steps.run('kill', 'account', 'carl', '--reason', 'Their account was taken over.');
    },
  },
  {
    job: 'yesterday’s refusals',
    async console(steps) {
      const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
      await steps.follow('Audit log');
      await steps.choose('Outcome', 'refused');
      await steps.type('From', day);
      await steps.type('Until', day);
      await steps.press('Show');
      expect(await steps.text()).toContain('refused');
    },
  },
  {
    job: 'approve a registration',
    async console(steps) {
      await steps.press('Accept Seat finder');
      expect(await steps.text()).toContain('Active');
    },
    async cli(steps) {
      const id = steps.lookedUp(await steps.run('agents', 'list', '--awaiting', '--owner', 'admin'), AGENT_ID);
      await steps.run('agents', 'accept', id);
    },
  },
  {
    job: 'write, test and activate a policy',
    async console(steps) {
      await steps.follow('Policies');
      await steps.follow('Draft a version');
      await steps.add('Text of the policies', rule('no-delete'));
      await steps.press('Save the draft');
      await steps.follow('Replay it');
      await steps.press('Replay');
      expect(await steps.text()).toMatch(/of \d+ decisions/);
      await steps.follow('Versions');
      await steps.followFirst(/^Version \d+$/);
      await steps.follow('Activate');
      await steps.press('Activate');
    },
    async cli(steps, folder) {
      const file = join(folder, 'policies.cedar');
      await writeFile(file, (await steps.run('policy', 'show')) + rule('never-delete'));
      await steps.run('policy', 'replay', file);
      const version = steps.lookedUp(await steps.run('policy', 'push', file), /\d+/);
      await steps.run('policy', 'activate', version);
    },
  },
  {
    job: 'export the evidence about one agent',
    async cli(steps, folder) {
      const id = await agentId(steps, 'travel');
      await writeFile(join(folder, 'events.ndjson'), await steps.run('audit', 'list', '--agent', id, '--ndjson'));
    },
  },
  {
    job: 'rotate a signing key',
    async cli(steps) {
      await steps.run('keys', 'rotate');
    },
  },
  {
    job: 'add an API',
    async cli(steps) {
      const scope = 'mail:read:low:Read your mail';
      await steps.run('resource-servers', 'create', 'https://mail.example.com', '--name', 'Mail', '--scope', scope);
    },
  },
  {
    job: 'add a person',
    async cli(steps, folder) {
      const file = join(folder, 'password');
      await writeFile(file, 'an apple fell on a train', { mode: 0o600 });
      await steps.run('accounts', 'create', 'dora', '--name', 'Dora Field', '--password-file', file);
    },
  },
  {
    job: 'hand an agent over',
    async console(steps) {
      await openAgent(steps, 'Mail sorter');
      await steps.follow('Hand over Mail sorter');
      await steps.type('New owner', 'ada');
      await steps.press('Offer');
      expect(await steps.text()).toContain('Offered to');
    },
    async cli(steps) {
      await steps.run('agents', 'update', await agentId(steps, 'sorter'), '--owner', 'ada');
    },
  },
  {
    job: 'see who can approve what',
    async console(steps) {
      await openAgent(steps, 'Ledger keeper');
      const agent = await steps.lookedUp(AGENT_ID);
      await steps.follow('Policies');
      await steps.follow('Try use of the server');
      await steps.typeIn('approve', 'Approver', 'ada');
      await steps.typeIn('approve', 'Agent', agent);
      await steps.chooseIn('approve', 'Resource server', BANK);
      await steps.typeIn('approve', 'Scope', 'pay');
      await steps.pressIn('approve', 'Decide');
      expect(await steps.text()).toContain('pay');
    },
    async cli(steps) {
      const agent = await agentId(steps, 'ledger');
      const asked = ['--as', 'ada', '--agent', agent, '--resource', BANK, '--scope', 'pay'];
      await steps.run('policy', 'simulate', 'approve', ...asked);
    },
  },
];

type Counts = { readonly before: number | null; readonly now: number | null };
export type JobResult = { readonly job: string; readonly console: Counts; readonly cli: Counts };

/** The recorded counts of a job; `null` is impossible. */
export const resultOfJob = async (job: string): Promise<JobResult> => {
  const file = join(import.meta.dirname, '../../docs/results/jobs.json');
  const { jobs } = JSON.parse(await readFile(file, 'utf8')) as { readonly jobs: readonly JobResult[] };
  const found = jobs.find((one) => one.job === job);
  if (!found) throw new Error(`${job} is not in docs/results/jobs.json`);
  return found;
};
