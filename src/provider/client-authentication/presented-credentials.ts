/**
 * Determines which credential an agent presents in a request, and whether it is an active one of that agent. oidc-provider
 * knows one authentication method for each client. Each request therefore shows it the presented method, of those that the
 * agent has. Owns that choice for client assertions, signed by the agent (`jwks`, `jwks_uri`) or by its platform
 * (`federated`). Owns it also for credentials that are no assertion: a secret, a certificate (other-proofs.ts), an attested
 * key (attested-proofs.ts).
 *
 * As soon as the parameters of a request are known, an assertion in the agent's name replaces a workload token, a secret, a
 * certificate or an attestation. The key of that assertion is valid in this request alone, and only once the credential is
 * proved.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import Provider, { errors } from 'oidc-provider';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { type Credential, ofKind, usableCredentials } from '../../domain/clients/agents/credential.ts';
import type { CredentialUses } from '../../domain/clients/agents/credential-last-used.ts';
import type { Proof, WorkloadIdentity } from '../../domain/clients/agents/workload-identity.ts';
import type { Instance } from '../../domain/clients/instances/instance.ts';
import type { InstanceRegistry } from '../../domain/clients/instances/instance-registry.ts';
import { isRefusal } from '../../domain/platform/remote-keys/signed-token.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { ProcessKey } from '../../domain/ports/process-key.ts';
import type { JsonWebKeySet } from '../../domain/vocabulary/json-web-keys.ts';
import { isByClients } from '../seam/endpoint-routes.ts';
import type {
  AttestedProof,
  KeyOwner,
  KeyStore,
  OtherProof,
  PresentedCredential,
} from '../seam/presented-credential.ts';
import { type OfRequest, requestState } from '../seam/request-state.ts';
import { isOfPlatform, keyIdOf, signed, storeOfOwn, unsigned } from './assertion-texts.ts';
import type { AttestationChallenges } from './attestation-challenges.ts';
import { type AttestedProofs, takeAttestation } from './attested-proofs.ts';
import type { OtherProofs } from './other-proofs.ts';

/** Keys, and the credential or instance that they belong to. */
type Source = KeyOwner & { readonly store: KeyStore };

/** Fetches the keys at a URL. `again`: fetches them anew, because none matched. */
type KeysAt = (url: string, kid: string | undefined, again: boolean) => Promise<JsonWebKeySet>;

type Context = {
  readonly req: IncomingMessage;
  readonly oidc?: { readonly route?: string; params?: Record<string, unknown> };
};

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** The form of a `kid` by which an instance names its key (RFC 7638). */
const THUMBPRINT = /^[\w-]{43}$/;
/** Stands for the key of a proof that is checked when oidc-provider asks for the key. */
const UNPROVEN = {};

export interface PresentedCredentials {
  /** Removes credentials that oidc-provider must not see from a request, before it reads the parameters. */
  take(context: Context, parameters: Record<string, unknown>): void;

  /** The client of a request: `client_id`; without it the agent that the workload token names. */
  clientIdOf(id: unknown): Promise<unknown>;

  /** Call it with the client of the request. From then on oidc-provider sees an assertion in its name. */
  replace(clientId: string): void;

  /** The key stores for one verification of an agent's assertion. `stores`: key stores of oidc-provider. */
  keysOf(agent: Agent, stores: { readonly of: (jwks: JsonWebKeySet) => KeyStore; readonly at: KeysAt }): object;

  /** The proof in a request whose client presented a workload token. */
  proofIn(of: OfRequest): Proof | undefined;

  /** Whether the assertion of a request is our own, in place of another credential. Such an assertion was never used before. */
  isOurs(of: OfRequest): boolean;

  /** Answers a wrong secret over HTTP Basic with a `WWW-Authenticate` challenge (RFC 6749 §5.2). */
  install(provider: Provider): void;

  /** The instance of an agent whose key signed the assertion in a request, or was proved as an attested key. */
  instanceIn(of: OfRequest): Instance | undefined;

  /** Thumbprint of the attested key with which the client of a request authenticated. */
  attestedKeyIn(of: OfRequest): string | undefined;

  /** Records the use of the credential with which the client of a request authenticated. */
  noteUse(of: OfRequest): void;
}

export const presentedCredentials = (deps: {
  readonly identity: WorkloadIdentity;
  readonly uses: Pick<CredentialUses, 'note'>;
  readonly otherProofs: OtherProofs;
  readonly attestedProofs: AttestedProofs;
  readonly challenges: AttestationChallenges;
  readonly instances: Pick<InstanceRegistry, 'running'>;
  /** The process that makes an assertion in place of another credential also checks it. */
  readonly processKey: ProcessKey;
  readonly clock: Clock;
  readonly issuer: string;
}): PresentedCredentials => {
  const { identity, uses, otherProofs, attestedProofs, challenges, instances, processKey, clock, issuer } = deps;
  const ofOwn = storeOfOwn(processKey);

  const here = (): PresentedCredential | undefined => {
    const context = Provider.ctx;
    return context && requestState(context).presented;
  };

  /** The key of the instance of an agent that a `kid` names. */
  const ofInstance = async (
    agent: Agent,
    kid: string,
    storeOf: (jwks: JsonWebKeySet) => KeyStore,
  ): Promise<readonly Source[]> => {
    const instance = await instances.running(agent, kid);
    const isAllowed = agent.ceilings?.authenticationMethods?.includes('jwks') ?? true;
    return instance?.jwk && isAllowed ? [{ store: storeOf({ keys: [instance.jwk] }), instance }] : [];
  };

  /** The credential that proves the client, and the instance if there is one. Throws an Error that says which check failed. */
  const provenBy = async (
    other: OtherProof | AttestedProof,
    agent: Agent,
    usable: readonly Credential[],
    served: KeysAt,
  ): Promise<KeyOwner> => {
    if (other.kind !== 'attestation') return { credential: otherProofs.prove(other, usable) };
    return attestedProofs.prove(other, agent, usable, async ({ jwks, jwksUri = '' }, kid, again) =>
      jwks === undefined ? served(jwksUri, kid, again) : jwks,
    );
  };

  return {
    take(context: Context, parameters: Record<string, unknown>): void {
      const { client_assertion: token, client_assertion_type: type, client_id: clientId } = parameters;
      if (!isByClients(context.oidc?.route)) return;
      const other = takeAttestation(context.req, parameters) ?? otherProofs.take(context.req, parameters);
      if (other) {
        requestState(context).presented = { other };
        parameters['client_assertion_type'] = JWT_BEARER;
        parameters['client_assertion'] = unsigned({ sub: other.clientId });
        return;
      }
      if (type !== JWT_BEARER || !isOfPlatform(token)) return;
      if (clientId !== undefined && typeof clientId !== 'string') return;
      const placeholder = clientId ?? `workload:${randomUUID()}`;
      requestState(context).presented = {
        workloadToken: token,
        ...(clientId === undefined ? { placeholder } : {}),
      };
      parameters['client_assertion'] = unsigned({ sub: placeholder });
    },

    async clientIdOf(id: unknown): Promise<unknown> {
      const known = here();
      if (known?.placeholder === undefined || known.placeholder !== id) return id;
      const named = await identity.named(known.workloadToken ?? '');
      if (typeof named !== 'string') throw new errors.InvalidClientAuth(`workload token, ${named.check}: ${named.why}`);
      return named;
    },

    replace(clientId: string): void {
      const known = here();
      const context = Provider.ctx as Context | undefined;
      const parameters = context?.oidc?.params;
      const isReplaced = known?.workloadToken !== undefined || known?.other !== undefined;
      if (!known || !isReplaced || known.agent !== undefined || !context || !parameters) return;
      if (known.other?.kind === 'attestation') challenges.check(context, known.other.proof);
      known.agent = clientId;
      const now = clock.now();
      const claims = { iss: clientId, sub: clientId, aud: issuer, jti: randomUUID(), iat: now, exp: now + 60 };
      parameters['client_assertion'] = signed(claims, processKey);
    },

    keysOf(
      agent: Agent,
      stores: {
        readonly of: (jwks: JsonWebKeySet) => KeyStore;
        readonly at: KeysAt;
      },
    ): object {
      const known = here();
      const usable = usableCredentials(agent, clock.now());
      let sources: readonly Source[];
      const rest: (() => Promise<readonly Source[]>)[] = [];

      if (known?.other !== undefined) {
        const { other } = known;
        sources = [];
        rest.push(async () => [{ store: ofOwn, ...(await provenBy(other, agent, usable, stores.at)) }]);
      } else if (known?.workloadToken !== undefined) {
        const token = known.workloadToken;
        sources = [];
        rest.push(async () => {
          const proof = await identity.prove(token, agent);
          if (isRefusal(proof)) throw new Error(`workload token, ${proof.check}: ${proof.why}`);
          known.proof = proof;
          return [{ store: ofOwn, credential: proof.credential.id }];
        });
      } else {
        sources = ofKind(usable, 'jwks').map(({ id, jwks }) => ({ store: stores.of(jwks), credential: id }));
        const served = ofKind(usable, 'jwks_uri');
        const kid = keyIdOf((Provider.ctx as unknown as Context | undefined)?.oidc?.params?.['client_assertion']);
        if (kid !== undefined && THUMBPRINT.test(kid)) rest.push(() => ofInstance(agent, kid, stores.of));
        for (const again of [false, true]) {
          for (const { id, jwksUri } of served) {
            rest.push(async () => [{ store: stores.of(await stores.at(jwksUri, kid, again)), credential: id }]);
          }
        }
      }
      const owners = new Map<object, Source>();
      const matching = (options: object): readonly object[] =>
        sources.flatMap((source) =>
          source.store.selectForVerify(options).map((key) => {
            owners.set(key, source);
            return key;
          }),
        );
      /** oidc-provider learns why there is no key only from a refresh. */
      const proveNow = async (): Promise<void> => {
        try {
          sources = (await rest.shift()?.()) ?? [];
        } catch (error) {
          rest.push(() => Promise.reject(error));
        }
      };
      let isUnproven = known?.other !== undefined || known?.workloadToken !== undefined;
      let asked: object = {};
      return {
        // Without a key oidc-provider would make an error with a stack, and verify a second time, in each request.
        selectForVerify(options: object) {
          asked = options;
          return isUnproven ? [UNPROVEN] : matching(options);
        },
        async getKeyObject(candidate: object, isPublic: boolean) {
          isUnproven = false;
          if (candidate === UNPROVEN) await proveNow();
          const key = candidate === UNPROVEN ? (matching(asked)[0] ?? candidate) : candidate;
          const source = owners.get(key);
          // The last key that is requested before the check of claims is the one that matched.
          const context = Provider.ctx;
          if (context && source) {
            const state = requestState(context);
            state.presented ??= {};
            state.presented.source = source;
            state.presented.agent = agent.id;
            state.presented.effective = agent;
            state.presented.composition = source.composition;
          }
          return source?.store.getKeyObject(key, isPublic);
        },
        fresh: () => rest.length === 0,
        async refresh() {
          // If one key store cannot be read, tries the next.
          for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
            try {
              sources = await next();
              return;
            } catch (error) {
              if (rest.length === 0) throw error;
            }
          }
        },
      };
    },

    proofIn: (of: OfRequest): Proof | undefined => requestState(of).presented?.proof,

    isOurs: (of: OfRequest): boolean => requestState(of).presented?.other !== undefined,

    install(provider: Provider): void {
      challenges.install(provider);
      provider.use(async (ctx, next) => {
        await next();
        const other = requestState(ctx).presented?.other;
        if (ctx.status === 401 && other?.kind === 'secret' && other.isBasic) {
          ctx.set('WWW-Authenticate', `Basic realm="${issuer}", error="invalid_client"`);
        }
      });
    },

    instanceIn: (of: OfRequest): Instance | undefined => requestState(of).presented?.source?.instance,

    attestedKeyIn(of: OfRequest): string | undefined {
      const { other, source } = requestState(of).presented ?? {};
      return other?.kind === 'attestation' ? source?.instance?.thumbprint : undefined;
    },

    noteUse(of: OfRequest): void {
      const { agent, source } = requestState(of).presented ?? {};
      if (source?.credential !== undefined && agent !== undefined) uses.note(agent, source.credential);
    },
  };
};
