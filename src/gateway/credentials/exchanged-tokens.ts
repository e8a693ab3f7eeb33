/** A token for the audience of the upstream, in exchange for that of the client (RFC 8693). Cached; equal requests share one exchange. */
import { type Agent, AgentStop, createAgent, keyFromJwk, type Remedy } from '../../../packages/agent/src/agent.ts';
import type { Fetch } from '../../../packages/resource-server/src/http-client.ts';
import { Refusal, unavailable } from '../../../packages/resource-server/src/refusal.ts';
import type { Exchange } from '../configuration/configuration.ts';
import type { UpstreamCredentials } from './upstream-credentials.ts';

/** Remedies that the caller can follow. An approval and a narrower scope are about requests of the gateway. */
const FOR_CALLERS: readonly Remedy['kind'][] = ['consent', 'step_up', 'wait', 'contact'];

/** As the denial profile names members. */
const wireRemedy = (remedy: Remedy): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(remedy)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        Array.isArray(value) ? value.join(' ') : value,
      ]),
  );

/** What the end without a token means for the caller. */
const refusalOfStop = ({ denial, message }: AgentStop): Refusal => {
  if (!denial || denial.status === 0 || denial.status >= 500 || denial.status === 429) {
    return unavailable('exchange_unavailable', message);
  }
  const remedies = denial.remedies.filter(({ kind }) => FOR_CALLERS.includes(kind)).map(wireRemedy);
  const stepUp = denial.remedies.find((remedy) => remedy.kind === 'step_up');
  const facts = {
    reason: denial.reason,
    description: denial.description,
    detail: message,
    ...(remedies.length > 0 ? { remedies } : {}),
  };
  if (!stepUp) return new Refusal('insufficient_scope', facts);
  return new Refusal('insufficient_user_authentication', {
    ...facts,
    parameters: {
      ...(stepUp.acrValues.length > 0 ? { acr_values: stepUp.acrValues.join(' ') } : {}),
      ...(stepUp.maxAge === undefined ? {} : { max_age: String(stepUp.maxAge) }),
    },
  });
};

type Ports = { readonly issuer: string; readonly waitSeconds: number; readonly fetch: Fetch | undefined };

/** `waitSeconds`: how long an exchange waits for people who approve it; 0 declines that. */
export const exchangedTokens = (
  { clientId, privateKey, resource, scopes }: Exchange,
  { issuer, waitSeconds, fetch }: Ports,
): UpstreamCredentials => {
  let making: Promise<Agent> | undefined;
  const agent = (): Promise<Agent> => {
    making ??= keyFromJwk(privateKey as Parameters<typeof keyFromJwk>[0]).then((key) =>
      createAgent({
        issuer,
        clientId,
        credential: { key },
        cachedTokens: 10_000,
        bounds: { steps: 1, seconds: Math.max(10, waitSeconds) },
        // People who are asked see the request of the gateway; a number would be for a user whom it does not know.
        hooks: waitSeconds === 0 ? { onApproval: () => false, onWait: () => false } : { onWait: () => false },
        ...(fetch === undefined ? {} : { fetch }),
      }),
    );
    return making;
  };

  return {
    async headersFor(access) {
      const target = { resource, ...(scopes.length > 0 ? { scopes } : {}) };
      try {
        const token = await (await agent()).exchange({ subject: access.token, ...target });
        return [['authorization', `Bearer ${token.accessToken}`]];
      } catch (error) {
        throw error instanceof AgentStop ? refusalOfStop(error) : error;
      }
    },
    refused([authorization]) {
      const accessToken = authorization?.[1].slice('Bearer '.length);
      if (accessToken === undefined) return;
      // It may have ended at the server, so that the next request gets another one.
      void agent().then((made) => made.forget({ accessToken }));
    },
  };
};
