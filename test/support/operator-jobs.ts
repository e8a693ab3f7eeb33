/** The twelve jobs of an operator in the organisation of the demo: how each is done in the console and on the command line. */
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { AuditEventType } from '../../src/domain/audit/audit-event.ts';
import type { CommandSteps, ConsoleSteps } from './counted-steps.ts';

export type OperatorJob = {
  readonly job: string;
  /** From the overview, signed in. Absent: impossible in the console. */
  readonly console?: (steps: ConsoleSteps) => Promise<void>;
  /** The audit event of its effect. Absent: the job only reads, and each way asserts what it reads. */
  readonly records?: AuditEventType;
  /** Needs an administrator with a fresh second factor. */
  readonly isFresh?: boolean;
  /** `folder` is empty. Absent: impossible on the command line. */
  readonly cli?: (steps: CommandSteps, folder: string) => Promise<void>;
};

const BANK = 'https://bank.example.com';

const rule = (id: string): string =>
  `\n@id("${id}")\n@reason("Nothing is removed.")\nforbid (principal is Agent, action == Action::"act", resource) when { resource.name == "events:delete" };\n`;

const openFound = async (steps: ConsoleSteps, name: string): Promise<void> => {
  await steps.search(name);
  await steps.pick(new RegExp(`^${name}`));
};

export const OPERATOR_JOBS: readonly OperatorJob[] = [
  {
    job: 'find an agent and its rights',
    async console(steps) {
      await openFound(steps, 'Travel planner');
      expect(await steps.text()).toContain('See events and when people are free');
    },
    async cli(steps) {
      expect(await steps.run('agents', 'show', 'Travel planner')).toContain('events:read');
    },
  },
  {
    job: 'disable an agent',
    records: 'agent.suspended',
    async console(steps) {
      await openFound(steps, 'Minute taker');
      await steps.press('Suspend Minute taker');
      expect(await steps.text()).toContain('It is suspended.');
    },
    async cli(steps) {
      expect(await steps.run('agents', 'suspend', 'Archive reader')).toContain('suspended');
    },
  },
  {
    job: 'kill a person',
    records: 'kill.ordered',
    async console(steps) {
      await openFound(steps, 'Carl Nyman');
      await steps.followOnPage(/^Kill switch/);
      await steps.type('Reason', 'The account was taken over.');
      await steps.type('Confirmation', 'carl');
      await steps.press('Stop now');
      expect(await steps.text()).toContain('in force');
    },
    async cli(steps) {
      await steps.run('kill', 'account', 'carl', '--reason', 'Their account was taken over.', '--yes');
    },
  },
  {
    job: 'yesterday’s refusals',
    records: 'audit.read',
    async console(steps) {
      await steps.follow('Audit log');
      await steps.follow('Yesterday');
      await steps.follow('refused');
      const asked = steps.query();
      expect(asked.get('outcome')).toBe('refused');
      expect(asked.get('from')).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      expect(asked.get('to')).toBe(asked.get('from'));
    },
    async cli(steps) {
      await steps.run('audit', 'list', '--since', 'yesterday', '--until', 'today', '--outcome', 'refused');
    },
  },
  {
    job: 'approve a registration',
    records: 'agent.accepted',
    async console(steps) {
      await steps.press('Accept Hotel finder');
    },
    async cli(steps) {
      await steps.run('agents', 'accept', 'Room finder');
    },
  },
  {
    job: 'write, test and activate a policy',
    records: 'policy.activated',
    async console(steps) {
      await steps.follow('Versions');
      await steps.follow('Draft a version');
      await steps.add('Text of the policies', rule('no-delete'));
      await steps.press('Save the draft');
      await steps.press('Replay');
      expect(await steps.text()).toMatch(/of \d+ decisions/);
      await steps.press(/^Activate version/);
      expect(await steps.text()).toContain('from now on');
    },
    async cli(steps, folder) {
      await steps.run('config', 'export', '-f', folder);
      const file = join(folder, 'policy.cedar');
      await appendFile(file, rule('never-delete'));
      await steps.run('policy', 'replay', file);
      await steps.run('config', 'apply', '-f', folder, '--yes');
    },
  },
  {
    job: 'export the evidence about one agent',
    records: 'audit.read',
    async console(steps) {
      await steps.search('Travel planner');
      await steps.pick(/Events in the audit log/);
      expect(await steps.save(/^Save these events/)).toBe('audit-events.ndjson');
    },
    async cli(steps, folder) {
      const events = await steps.run('audit', 'list', '--agent', 'Travel planner', '--ndjson');
      expect(events).toContain('"token.');
      await writeFile(join(folder, 'events.ndjson'), events);
    },
  },
  {
    job: 'rotate a signing key',
    records: 'keys.rotated',
    isFresh: true,
    async console(steps) {
      await steps.follow('Signing keys');
      await steps.follow('Rotate the keys');
      await steps.press('Rotate the keys');
    },
    async cli(steps) {
      await steps.run('keys', 'rotate');
    },
  },
  {
    job: 'add an API',
    records: 'resource_server.created',
    async console(steps) {
      await steps.follow('Resource servers');
      await steps.follow('Register an API');
      await steps.type('Name', 'Notes');
      await steps.type('Resource indicator', 'https://notes.example.com');
      await steps.typeFirst('Scope', 'notes:read');
      await steps.typeFirst('What it allows', 'Read your notes');
      await steps.press('Register the API');
      expect(await steps.text()).toContain('https://notes.example.com');
    },
    async cli(steps) {
      const scope = 'mail:read:low:Read your mail';
      await steps.run('resource-servers', 'create', 'https://mail.example.com', '--name', 'Mail', '--scope', scope);
    },
  },
  {
    job: 'add a person',
    records: 'account.created',
    async console(steps) {
      await steps.follow('People');
      await steps.follow('Add a person');
      await steps.type('Username', 'erin');
      await steps.type('Name', 'Erin Lake');
      await steps.press('Add the person');
      expect(await steps.text()).toContain('Erin Lake');
    },
    async cli(steps, folder) {
      const file = join(folder, 'password');
      await writeFile(file, 'an apple fell on a train', { mode: 0o600 });
      await steps.run('accounts', 'create', 'dora', '--name', 'Dora Field', '--password-file', file);
    },
  },
  {
    job: 'hand an agent over',
    records: 'agent.transfer_offered',
    async console(steps) {
      await steps.search('Mail sorter');
      await steps.pick(/^Hand over/);
      await steps.type('New owner', 'ada');
      await steps.press('Offer the agent');
      expect(await steps.text()).toContain('Offered to');
    },
    async cli(steps) {
      await steps.run('agents', 'update', 'Archive reader', '--owner', 'ada');
    },
  },
  {
    job: 'see who can approve what',
    async console(steps) {
      await steps.follow('Simulate server use');
      await steps.typeIn('approve', 'Approver', 'ada');
      await steps.typeIn('approve', 'Agent', 'Ledger keeper');
      await steps.chooseIn('approve', 'Resource server', BANK);
      await steps.typeIn('approve', 'Scope', 'pay');
      await steps.pressIn('approve', 'Simulate');
      expect(await steps.text()).toContain('an approver approves');
    },
    async cli(steps) {
      const asked = ['--as', 'ada', '--agent', 'Ledger keeper', '--resource', BANK, '--scope', 'pay'];
      expect(await steps.run('policy', 'simulate', 'approve', ...asked)).toContain('It would be let through.');
    },
  },
];

type Counts = { readonly before: number | null; readonly now: number | null };
export type JobResult = { readonly job: string; readonly console: Counts; readonly cli: Counts };

/** Most interactions: 60 % of those before, at least one; 12 for what was impossible. */
export const mostOf = ({ before }: Counts): number => (before === null ? 12 : Math.max(1, Math.floor(before * 0.6)));

/** The recorded counts of a job; `null` is impossible. */
export const resultOfJob = async (job: string): Promise<JobResult> => {
  const file = join(import.meta.dirname, '../../docs/results/jobs.json');
  const { jobs } = JSON.parse(await readFile(file, 'utf8')) as { readonly jobs: readonly JobResult[] };
  const found = jobs.find((one) => one.job === job);
  if (!found) throw new Error(`${job} is not in docs/results/jobs.json`);
  return found;
};
