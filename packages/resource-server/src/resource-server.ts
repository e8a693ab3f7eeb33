/**
 * Protects an API with access tokens of one authorization server. The verification, the challenges and the metadata document are
 * here. Bindings for frameworks (`express.ts`, `koa.ts`, `fastify.ts`, `fetch.ts`, `mcp.ts`) translate requests and answers.
 */
import type { Access } from './access.ts';
import { approvedActions, type UseApproval } from './approved-action.ts';
import { type RefusalAnswer, refusalAnswer } from './challenge.ts';
import { accessOf } from './claims.ts';
import { type PresentedRequest, type PresentedToken, presentedToken } from './credential.ts';
import { dpopProofs } from './dpop.ts';
import { dpopNonces } from './dpop-nonces.ts';
import { httpClient } from './http-client.ts';
import { authenticator, introspection } from './introspection.ts';
import { issuerKeys } from './issuer-keys.ts';
import { issuerMetadata } from './issuer-metadata.ts';
import { jwtTokens } from './jwt-tokens.ts';
import type { Options } from './options.ts';
import { type ResourceMetadata, resourceMetadata } from './protected-resource-metadata.ts';
import { Refusal, type Scheme } from './refusal.ts';
import type { Report } from './reports/report.ts';
import { type ReportSender, type Reports, reportSender } from './reports/report-sender.ts';
import { checkAccess, checkRequirement, type Requirement } from './requirement.ts';
import { revocationFeed } from './revocation-feed/revocation-feed.ts';
import { type EventAnswer, securityEvents } from './security-events/security-events.ts';
import { senderCheck } from './sender.ts';
import { type Settings, settingsOf } from './settings.ts';
import { statusLists } from './status-list/status-lists.ts';
import { type CheckStepUp, stepUpCheck } from './step-up.ts';
import { tokenVerifier, type VerifierTools } from './token-verifier.ts';

export type { Access, Actor, AuthorizationDetail } from './access.ts';
export type { RefusalAnswer } from './challenge.ts';
export type { PresentedRequest } from './credential.ts';
export type { DetailType, Rule } from './detail-rules.ts';
export { sha256 } from './digest.ts';
export type { Credential, LogEntry, Options } from './options.ts';
export type { ResourceMetadata } from './protected-resource-metadata.ts';
export { type ErrorCode, type Page, pageOf, Refusal } from './refusal.ts';
export type { Report } from './reports/report.ts';
export type { Reports } from './reports/report-sender.ts';
export type { Requirement } from './requirement.ts';
export type { EventAnswer } from './security-events/security-events.ts';
export type { UsedOnce } from './used-once.ts';

/** What a request is answered with: access, and headers for the answer; or a refusal. */
export type Decision =
  | { readonly granted: true; readonly access: Access; readonly headers: RefusalAnswer['headers'] }
  | { readonly granted: false; readonly refusal: Refusal; readonly answer: RefusalAnswer };

/** What a request needs, found after its token is known. */
export type RequirementOfAccess = (access: Access) => Requirement | Promise<Requirement>;

export interface ResourceServer {
  /** The protected resource metadata (RFC 9728). */
  readonly metadata: ResourceMetadata;
  /** Why a verified token does not allow something, or undefined. Uses no approval up, and does not ask the server. */
  refusalFor(access: Access, requirement: Requirement): Refusal | undefined;
  /**
   * As `refusalFor`. Where the sign-in of the person is not enough, asks the server about it (option `stepUp`): `pageOf` the
   * refusal is the page on which the person confirms one. Rejects with TypeError for a malformed requirement.
   */
  refusalNow(access: Access, requirement: Requirement): Promise<Refusal | undefined>;
  /**
   * Verifies the token of a request and checks what the request needs. Never rejects because of a request. Rejects with TypeError
   * for a malformed requirement. A function is called once the token and its sender are verified, so that the body of a request without
   * a valid token need not be read. A Refusal that it throws refuses the request; any other error rejects.
   */
  check(request: PresentedRequest, requirement?: Requirement | RequirementOfAccess): Promise<Decision>;
  /**
   * Verifies a token that came as Bearer, where the request is not at hand. Refuses a token that is bound to a DPoP key. Rejects
   * with Refusal.
   */
  verifyBearer(token: string, requirement?: Requirement): Promise<Access>;
  /**
   * For a stream or WebSocket that stays open: calls `onEnded` once when its token has ended or expired, or when that cannot be known
   * for longer than the risk of the scopes allows. Close the stream then. Returns what stops the watch. Throws TypeError without the option
   * `revocationFeed`.
   */
  watch(access: Access, requirement: Requirement, onEnded: (why: Refusal) => void): () => void;
  /**
   * Takes a security event that the server pushed: the body of a request with `Content-Type: application/secevent+jwt`. Check the
   * `Authorization` of the request before. Resolves to what to answer. Throws TypeError without the option `securityEvents`.
   */
  receiveEvent(token: string): Promise<EventAnswer>;
  /**
   * Reports what this API did with a token, as `access.report` does. Returns at once. Throws TypeError without the option `reports`.
   */
  report(access: Pick<Access, 'jti' | 'txn'>, report: Report): void;
  /** The reports of this API. Undefined without the option `reports`. */
  readonly reports: Reports | undefined;
  /**
   * Stops reading the revocation feed, ends each watch, and sends the reports that wait. Resolves when they were sent, or the server could
   * not be reached. Idempotent.
   */
  close(): Promise<void>;
}

/** What verification works with. */
type Tools = VerifierTools & {
  readonly useApproval: UseApproval;
  readonly reports: ReportSender | undefined;
  readonly checkStepUp: CheckStepUp | undefined;
};

const toolsOf = (settings: Settings): Tools => {
  const http = httpClient(settings.fetch, settings.timeout);
  const { introspection: credential, jwksUri } = settings;
  const known = {
    ...(jwksUri === undefined ? {} : { jwks_uri: jwksUri }),
    ...(credential?.endpoint === undefined ? {} : { introspection_endpoint: credential.endpoint }),
  };
  const metadata = issuerMetadata(settings.issuer, known, http, settings.clock);
  const keys = issuerKeys(metadata, http, settings.clock);
  const authenticate = credential ? authenticator(credential, settings) : undefined;
  const introspect = authenticate ? introspection(authenticate, metadata, http) : undefined;
  const ask =
    introspect && (async (token: string) => accessOf(token, await introspect(token), settings, settings.clock()));
  const feed =
    settings.revocationFeed && authenticate && ask
      ? revocationFeed(settings.revocationFeed, settings, { metadata, authenticate, ask })
      : undefined;
  const reports =
    settings.reports && authenticate
      ? reportSender(settings.reports, settings, { metadata, authenticate, http })
      : undefined;
  return {
    keys,
    reports,
    verifyJwt: jwtTokens(settings, keys),
    introspect,
    feed,
    events:
      settings.securityEvents && ask ? securityEvents(settings.securityEvents, settings, { keys, ask }) : undefined,
    statuses: settings.statusList ? statusLists(settings, { http, keys }) : undefined,
    checkStepUp:
      settings.stepUp && authenticate ? stepUpCheck(settings.issuer, authenticate, metadata, http) : undefined,
    useApproval: approvedActions(settings, metadata, http, authenticate),
  };
};

/** A remembered access is frozen and serves many requests: each gets its own. */
const withReport = (access: Access, reports: ReportSender): Access =>
  Object.freeze(
    Object.defineProperty({ ...access }, 'report', { value: (report: Report) => reports.add(access, report) }),
  );

/** Creates the guard of one API. Throws ConfigurationError naming the option that is wrong. */
export const resourceServer = (options: Options): ResourceServer => {
  const settings = settingsOf(options);
  const tools = toolsOf(settings);
  const verify = tokenVerifier(settings, tools);
  const nonces = settings.dpop.nonces ? dpopNonces(settings.dpop.nonceSecret, settings.clock) : undefined;
  const checkSender = senderCheck(settings, dpopProofs(settings, nonces));
  const metadata = resourceMetadata(settings);

  const checked = (requirement: Requirement): Requirement => {
    checkRequirement(requirement);
    if (requirement.live && !settings.introspection) {
      throw new TypeError('requirement.live: set the option introspection');
    }
    return requirement;
  };

  /** Checks an access. A promise only where the server has to be asked about the sign-in. Throws and rejects with Refusal. */
  const enough = (access: Access, requirement: Requirement): Promise<void> | undefined => {
    try {
      checkAccess(access, requirement, settings, settings.clock());
      return undefined;
    } catch (error) {
      const isAboutSignIn = error instanceof Refusal && error.code === 'insufficient_user_authentication';
      if (!isAboutSignIn || !tools.checkStepUp) throw error;
      const { acrValues: _, maxAge: __, ...others } = requirement;
      // A person is not asked about a request that would be refused in any case.
      checkAccess(access, others, settings, settings.clock());
      return tools.checkStepUp(access, requirement, error);
    }
  };

  const accessFor = async (
    presented: PresentedToken,
    request: PresentedRequest,
    wanted: Requirement | RequirementOfAccess,
  ): Promise<Access> => {
    const isLater = typeof wanted === 'function';
    // Each wait costs as much as a look into the cache.
    const verifying = verify(presented.token, isLater ? {} : wanted);
    let access = verifying instanceof Promise ? await verifying : verifying;
    const proving = checkSender(access, presented, request);
    if (proving) await proving;
    const requirement = isLater ? checked(await wanted(access)) : wanted;
    if (isLater && requirement.live) access = await verify(presented.token, requirement);
    const steppingUp = enough(access, requirement);
    if (steppingUp) await steppingUp;
    if (access.approval) await tools.useApproval(access, requirement);
    return tools.reports ? withReport(access, tools.reports) : access;
  };

  const logged = (refusal: Refusal): Refusal => {
    const { reason, description, detail } = refusal.facts;
    const event = refusal.code === 'temporarily_unavailable' ? 'server_unreachable' : 'request_refused';
    settings.log({ event, reason, description, ...(detail === undefined ? {} : { detail }) });
    return refusal;
  };

  return {
    metadata,
    refusalFor(access, requirement) {
      checked(requirement);
      try {
        checkAccess(access, requirement, settings, settings.clock());
        return undefined;
      } catch (error) {
        if (error instanceof Refusal) return error;
        throw error;
      }
    },
    async refusalNow(access, requirement) {
      checked(requirement);
      try {
        await enough(access, requirement);
        return undefined;
      } catch (error) {
        if (error instanceof Refusal) return logged(error);
        throw error;
      }
    },
    async check(request, requirement = {}) {
      if (typeof requirement !== 'function') checked(requirement);
      let used: Scheme = settings.dpop.isRequired ? 'DPoP' : 'Bearer';
      const nonce = nonces && (await nonces.current());
      try {
        const presented = presentedToken(request, settings.maxTokenLength);
        used = presented.scheme;
        const access = await accessFor(presented, request, requirement);
        return { granted: true, access, headers: nonce === undefined ? [] : [['dpop-nonce', nonce]] };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const scopes = typeof requirement === 'function' ? [] : (requirement.scopes ?? []);
        const guidance = { metadataUrl: metadata.url, scopes };
        const answer = refusalAnswer(logged(error), used, settings, guidance, nonce);
        return { granted: false, refusal: error, answer };
      }
    },
    async verifyBearer(token, requirement = {}) {
      checked(requirement);
      const request = { method: '', target: '/', headers: [['authorization', `Bearer ${token}`]] as const };
      try {
        return await accessFor(presentedToken(request, settings.maxTokenLength), request, requirement);
      } catch (error) {
        throw error instanceof Refusal ? logged(error) : error;
      }
    },
    watch(access, requirement, onEnded) {
      checked(requirement);
      if (!tools.feed) throw new TypeError('watch: set the option revocationFeed');
      return tools.feed.watch(access, requirement.scopes ?? access.scopes, onEnded);
    },
    async receiveEvent(token) {
      if (!tools.events) throw new TypeError('receiveEvent: set the option securityEvents');
      return tools.events.receive(token);
    },
    report(access, report) {
      if (!tools.reports) throw new TypeError('report: set the option reports');
      tools.reports.add(access, report);
    },
    reports: tools.reports,
    async close() {
      tools.feed?.close();
      await tools.reports?.close();
    },
  };
};
