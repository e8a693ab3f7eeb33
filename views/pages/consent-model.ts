import type { Phrase, Text } from '../html.ts';
import type { PageFrame } from '../layout.ts';
import type { AgentFacts } from '../partials/agent-card.ts';
import type { DetailChoice } from '../partials/detail-list.ts';
import type { StoppedRight } from '../partials/rights-in-effect.ts';
import type { ResourceFacts, ScopeChoice, ScopeItem } from '../partials/scope-list.ts';
import type { Warning } from '../words/consent.ts';
import type { IntentSource } from '../words/intent.ts';

/**
 * The form POSTs to `action`: `csrf`, `uid` and `decision` (`allow` or `deny`). For each ticked box it POSTs `scope` (see
 * `scopeFieldValue`), `detail` (its id), `wish` (its `value`) or `openid` (the OpenID scope). It also POSTs `duration` in
 * seconds, `own_intent` (the intent as the person typed it, may be empty), `delegable_to` once for each chosen agent (its
 * `choice`), and `delegable_depth`. The person allows only what the form contains.
 */
export type ConsentModel = PageFrame & {
  readonly action: string;
  readonly csrf: string;
  readonly uid?: string;
  readonly requester: Requester;
  /** The agent that will act for the person through the requesting app. */
  readonly actor?: AgentFacts;
  /** The channel of the request, and where the answer goes. */
  readonly origin: ConsentOrigin;
  /** The signed-in account. `switchAction` receives a POST of `csrf` and `uid` for a sign-in with another account. */
  readonly account: { readonly name: string; readonly username: string; readonly switchAction?: string };
  /** Requested OpenID scopes. The person cannot switch `openid` itself off. */
  readonly openidScopes: readonly OpenidChoice[];
  /** What the whole transaction is for, in the words of its agent or app. To allow confirms it. */
  readonly intent?: {
    readonly text: string;
    readonly source: IntentSource;
    /** The person may type it in words of their own. */
    readonly isTypable?: true;
    /** What they typed in a form that was not accepted. Never a text of a request. */
    readonly own?: string;
  };
  readonly resources: readonly (ResourceFacts & {
    readonly scopes: readonly ScopeChoice[];
    readonly details?: readonly DetailChoice[];
    /** The details as raw text, line by line. */
    readonly raw?: readonly string[];
  })[];
  /** Rights that MCP servers wish to use when this app calls them; never preselected. Absent: none. */
  readonly wishes?: readonly WishFacts[];
  /** What the request asks for in vain, where it can be given nothing. */
  readonly withheld?: readonly WithheldFacts[];
  /** What the person allows already of all that the page asks. Absent: nothing. */
  readonly earlier?: EarlierFacts;
  /** Seconds to choose from, ascending, and the selected one. */
  readonly durations: readonly number[];
  readonly duration: number;
  /** Absent: the question is not asked (an app, or no agent to delegate to). No choice is ever preselected. */
  /** `choice`: how the form names the agent. Absent: by its id. */
  readonly delegableTo?: {
    readonly agents: readonly (AgentFacts & { readonly choice?: string })[];
    readonly maxDepth: number;
  };
  /**
   * Further warnings in our own text, besides those that the page determines itself (loopback, own scheme, environment,
   * look-alike name).
   */
  readonly warnings: readonly Warning[];
  /** The name of the requester looks like a verified one of another party. */
  readonly looksLikeAnother?: true;
  /** There is nothing to allow: the page says what to do, and has one button. */
  readonly isNothing?: true;
  /** The error of the last attempt, e.g. nothing left ticked. */
  readonly error?: Phrase;
};

/** `isNew`: not allowed before, on a page that also has what is. */
export type OpenidChoice = { readonly name: string; readonly isNew?: true };

/**
 * The texts of what is allowed, and whether anything is new, which its own mark says. `until`: when the first right ends,
 * epoch seconds.
 */
export type EarlierFacts = {
  readonly allowed: readonly Text[];
  readonly hasNew: boolean;
  readonly until: number;
};

/** Rights at one resource that the request asks for and the server cannot give, each with the reason. */
export type WithheldFacts = { readonly resource: ResourceFacts; readonly rights: readonly StoppedRight[] };

/** Rights that one agent, an MCP server, wishes to use at one API in calls of the app. */
export type WishFacts = {
  readonly agent: AgentFacts;
  readonly resource: ResourceFacts;
  /** `value`: of the form field `wish`. */
  readonly scopes: readonly (ScopeItem & { readonly value: string })[];
  /** Longest duration within the ceilings of the agent. */
  readonly mostSeconds?: number;
  readonly isNewOwner?: true;
};

type Requester =
  | (AgentFacts & { readonly kind: 'agent' })
  | {
      readonly kind: 'client';
      readonly id: string;
      readonly name: string;
      readonly ownerName?: string;
      /** For an unregistered client: the site that identifies it. Nothing else does. */
      readonly site?: SiteFacts;
    };

/** A host, and the part of it that a party can buy, if known. */
export type SiteFacts = {
  /** In ASCII. */
  readonly host: string;
  readonly registrableDomain?: string;
  /** The same in Unicode, where it differs (UTS 46). */
  readonly inLetters?: string;
};

export type ConsentOrigin =
  /** An authorization request: the validated redirect URI, and the registrable domain of its host if known. */
  | {
      readonly kind: 'redirect';
      readonly redirectUri: string;
      readonly registrableDomain?: string;
      readonly inLetters?: string;
    }
  /** A device flow (RFC 8628): the code as the device shows it. */
  | { readonly kind: 'device'; readonly userCode: string }
  /**
   * The page behind `consent_required`: an agent requests part of what another agent was given. `isForItsCalls`: the consent
   * applies only to calls of the agent by the app of the request (decision 21).
   */
  | {
      readonly kind: 'delegation';
      readonly through: { readonly kind: 'agent' | 'client'; readonly name: string };
      readonly isForItsCalls?: true;
    };
