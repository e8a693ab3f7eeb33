/**
 * Registrations of every shape (DR-08), sent to a server where any client may register as a public client and, with an
 * initial access token, an agent. A violation is any answer but 201, with no more than such a client may be, and 400
 * by the name of a member; none within five seconds; an error in the server's log.
 */
import fc from 'fast-check';
import { connectionsTo, type ShotAnswer } from '../bench/load.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { anyMetadata, NAMED } from '../support/registration-documents.ts';
import { REDIRECT } from '../support/registration-world.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { startServer } from '../support/server-process.ts';
import type { Campaign, CampaignRun } from './campaign.ts';

const DEFAULT_DOCUMENTS = 20_000;
const PARALLEL = 16;
/** Made at once; each time with a seed of its own. */
const BATCH = 500;
const SLOW_MS = 5000;
/** Most that a token allows. */
const USES = 1000;

type Way = 'open' | 'usual' | 'agent';
type Sent = { readonly way: Way; readonly body: string; readonly isNamed: boolean };

export const metadata: Campaign = {
  name: 'metadata',
  about: `registrations of every shape: registered, or refused by the name of a member (--trials documents, default ${DEFAULT_DOCUMENTS})`,
  async run(run) {
    const documents = run.options.trials ?? DEFAULT_DOCUMENTS;
    const server = await startServer({ environment: { ...WITHOUT_LIMITS, BEHALF__REGISTRATION__OPEN: 'true' } });
    const { send, close } = connectionsTo(server.issuer);
    const statuses: Record<string, number> = {};
    let sent = 0;
    let slowestMs = 0;
    try {
      const scene = await makeScene(server);
      const tokens = tokensOf(scene);
      const agent = {
        client_name: 'Agent',
        agent_purpose: 'Tests',
        agent_environment: 'test',
        grant_types: ['client_credentials'],
        jwks: { keys: [(await newKeyPair()).publicJwk] },
      };
      const next = documentsOf(run, agent);

      const one = async (): Promise<void> => {
        while (sent < documents && !run.isOver() && server.isRunning) {
          const index = sent;
          sent += 1;
          const { way, body, isNamed } = next();
          const headers = {
            'content-type': 'application/json',
            ...(way === 'agent' ? { authorization: `Bearer ${await tokens.next()}` } : {}),
          };
          const begin = performance.now();
          const answer = await send({ method: 'POST', path: '/reg', headers, body });
          const milliseconds = performance.now() - begin;
          slowestMs = Math.max(slowestMs, milliseconds);
          if (way === 'agent' && answer.status === 201) tokens.used();
          statuses[`${way} ${answer.status}`] = (statuses[`${way} ${answer.status}`] ?? 0) + 1;
          const wrong = wrongIn(answer, way, isNamed) ?? (milliseconds > SLOW_MS ? 'it took long' : undefined);
          if (wrong !== undefined)
            run.violation(
              `document ${index}, ${way}: ${wrong}\n  sent ${body.slice(0, 2000)}\n  got  ${answer.status} ${answer.text.slice(0, 500)}`,
            );
          run.progress(`${sent} of ${documents} documents`);
        }
      };
      await Promise.all(Array.from({ length: PARALLEL }, one));

      if (!server.isRunning) run.violation(`the server ended after document ${sent}:\n${server.log().slice(-4000)}`);
      const unhandled = /^.*(unhandled|uncaught|TypeError|ReferenceError|RangeError).*$/im.exec(server.log());
      if (unhandled) run.violation(`in the server's log: ${unhandled[0].slice(0, 1000)}`);
      const figures = { trials: sent, statuses, slowestMs: Math.round(slowestMs) };
      run.finished('sqlite', figures);
      return figures;
    } finally {
      close();
      await server.remove();
    }
  },
};

/** Another initial access token for each `USES` agents. */
const tokensOf = ({ management, accountId }: Scene) => {
  let left = 0;
  let token: Promise<string> | undefined;
  let blueprint: Promise<{ readonly id: string }> | undefined;
  const newToken = async (): Promise<string> => {
    blueprint ??= management.createBlueprint({ name: 'Anything' });
    const asked = { owner: accountId, blueprint: (await blueprint).id, uses: USES };
    const made = await management.call('POST', '/initial-access-tokens', asked);
    return String(made.body['initial_access_token']);
  };
  return {
    next(): Promise<string> {
      // Those under way may use some that are not counted yet.
      if (token === undefined || left <= PARALLEL) {
        left = USES;
        token = newToken();
      }
      return token;
    },
    used(): void {
      left -= 1;
    },
  };
};

/** A third would be good but for what was put in, a third would be good agents; some are no JSON, or no object. */
const documentsOf = (run: CampaignRun, agent: Base): (() => Sent) => {
  const { random } = run;
  let made: string[] = [];
  return () => {
    if (made.length === 0) made = fc.sample(anyMetadata, { seed: random.integer(2 ** 31), numRuns: BATCH });
    const given = made.pop() ?? '{}';
    const way = random.pick<Way>(['open', 'usual', 'agent']);
    const base: Base = way === 'agent' ? agent : way === 'usual' ? { redirect_uris: [REDIRECT] } : {};
    const body = JSON.stringify({ ...base, ...(JSON.parse(given) as Base) });
    return random.chance(0.02) ? { way, body: mangled(body, run), isNamed: false } : { way, body, isNamed: true };
  };
};

type Base = Readonly<Record<string, unknown>>;

/** Cut off, doubled, wrapped or with a character changed. */
const mangled = (body: string, { random }: CampaignRun): string => {
  const at = random.integer(body.length);
  return random.pick([
    body.slice(0, at),
    `[${body}]`,
    body + body,
    `${body.slice(0, at)}${random.pick(['\u0000', '"', '\\', '{', ',', '\ud800', '\u202e'])}${body.slice(at + 1)}`,
    `${'['.repeat(2000)}${body}${']'.repeat(2000)}`,
    `${body.slice(0, -1)}${body === '{}' ? '' : ','}"x":${'9'.repeat(400)}}`,
    JSON.stringify(body),
  ]);
};

const wrongIn = ({ status, text }: ShotAnswer, way: Way, isNamed: boolean): string | undefined => {
  if (status !== 201 && status !== 400) return 'neither 201 nor 400';
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return 'no JSON';
  }
  if (status === 400) {
    const isKnown = /^(?:invalid_(?:client_metadata|redirect_uri|software_statement)|unapproved_software_statement)$/;
    if (!isKnown.test(String(body['error']))) return 'an unknown error';
    return !isNamed || NAMED.test(String(body['error_description'])) ? undefined : 'no member is named';
  }
  const isAgent = way === 'agent' && String(body['client_id']).startsWith('agt_');
  if (isAgent && body['agent_state'] !== 'pending') return 'an agent that no owner accepted';
  if (!isAgent && way !== 'agent' && body['token_endpoint_auth_method'] !== 'none')
    return 'a client with a secret or key';
  const given = ['owner', 'roles', 'authority', 'skip_consent', 'state'].find((member) => Object.hasOwn(body, member));
  return given === undefined ? undefined : `it was given ${given}`;
};
