/**
 * What the campaign knows of each approval by itself: the action as its approver was shown it, with a digest made here,
 * and what was answered when. It shares no code with the server, and says what must not have happened.
 */
import { createHash } from 'node:crypto';

/** RFC 8785, for what actions are made of: members in the order of their UTF-16 code units, no white space. */
const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
};

export const ownDigest = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('base64url');

/** An action as a node shows it. */
export type Shown = {
  readonly client: string;
  readonly agent: string;
  readonly chain: unknown;
  readonly subject: string;
  readonly resource: string;
  readonly scope: readonly string[];
  readonly details: readonly unknown[];
  readonly meaning: string;
  readonly blueprint: { readonly id: string; readonly version: number } | null;
  readonly composition: string | null;
  readonly policy: number | null;
};

export type Ending = 'token' | 'denied' | 'cancelled';

/** What a token is, wherever it was looked at. */
export type Claims = Readonly<Record<string, unknown>>;

/** What kind of thing must not happen, for the figures. */
export type Breach =
  | 'another digest'
  | 'another action'
  | 'not approved'
  | 'two tokens'
  | 'token after the end'
  | 'token after expiry'
  | 'token after an edit'
  | 'two endings'
  | 'vote counted wrongly'
  | 'two calls'
  | 'shown wrongly'
  | 'given to another'
  | 'refused for nothing'
  | 'no answer';

export type Told = (kind: Breach, text: string) => void;

export type Question = ReturnType<typeof newQuestion>;

/** One approval, from its question to the call it is good for. Seconds are of the clock that all share. */
export const newQuestion = (
  asked: {
    readonly id: string;
    readonly authReqId: string;
    readonly shown: Shown;
    readonly people: readonly string[];
    readonly isByExchange: boolean;
    readonly number: string | undefined;
    /** Whether nothing was being edited when it was asked. */
    readonly isCalm: boolean;
    readonly edits: number;
    /** The first second at which it can surely not be decided any more. */
    readonly over: number;
    /** How long its token can be fetched. */
    readonly redeemSeconds: number;
  },
  tell: Told,
) => {
  const digest = ownDigest(asked.shown);
  const votes = new Set<string>();
  const endings: Ending[] = [];
  const tokens: Claims[] = [];
  const calls = new Set<string>();
  let begun = 0;
  let fetches = 0;
  let approvedOver: number | undefined;
  let approvedSurely: number | undefined;
  let firsts = 0;

  const say: Told = (kind, text) => tell(kind, `${asked.id}: ${text}`);
  const isOver = (second: number): boolean => second >= (approvedOver ?? asked.over);
  const ended = (ending: Ending): void => {
    if (endings.some((one) => one !== ending)) say('two endings', `${ending} after ${endings.join(', ')}`);
    endings.push(ending);
  };

  return {
    ...asked,
    digest,
    /** Before a vote is sent; answers what to call when it counted. */
    voting(second: number, account: string, isRight: boolean) {
      const before = [...endings];
      const wasOver = isOver(second);
      return (state: string, now: number): void => {
        if (!isRight || !asked.people.includes(account)) {
          say('vote counted wrongly', `of ${account}, who saw or typed something else, or is not asked`);
        }
        if (before.length > 0) say('vote counted wrongly', `after ${before.join(', ')}`);
        if (wasOver) say('vote counted wrongly', 'after its time');
        if (votes.has(account)) say('vote counted wrongly', `twice of ${account}`);
        votes.add(account);
        if (state !== 'approved') return;
        if (votes.size < asked.people.length) say('not approved', `by ${votes.size} of ${asked.people.length}`);
        approvedOver = now + asked.redeemSeconds;
        approvedSurely = second + asked.redeemSeconds;
      };
    },

    /** Before a denial or a cancellation is sent; answers what to call when it was one. */
    ending(ending: Exclude<Ending, 'token'>, second: number) {
      begun += 1;
      const before = [...endings];
      const wasOver = isOver(second);
      return (): void => {
        // Cancelling what is cancelled changes nothing, and is answered the same.
        if (ending === 'cancelled' && before.includes('cancelled')) return;
        if (before.length > 0) say('two endings', `${ending} after ${before.join(', ')} had been answered`);
        if (wasOver) say('two endings', `${ending} after its time`);
        ended(ending);
      };
    },

    /** Before its token is fetched, `times` at once; answers what to call with what came. */
    fetching(second: number, stale: string | undefined, times: number) {
      fetches += times;
      const before = [...endings];
      const wasOver = isOver(second);
      const wasApproved = approvedSurely !== undefined;
      return {
        token(claims: Claims): void {
          if (before.includes('token') || tokens.length > 0) say('two tokens', `a token after ${before.join(', ')}`);
          else if (before.length > 0)
            say('token after the end', `a token after ${before.join(', ')} had been answered`);
          if (wasOver) say('token after expiry', 'a token after its time');
          if (stale !== undefined) say('token after an edit', stale);
          if (votes.size < asked.people.length) say('not approved', `a token with ${votes.size} votes`);
          compare(claims);
          tokens.push(claims);
          ended('token');
        },
        /** When all are answered. */
        over(now: number, edits: number, why: string): void {
          const isFirst = fetches === times && begun === 0 && tokens.length === 0;
          const isSure = wasApproved && isFirst && asked.isCalm && edits === asked.edits;
          if (isSure && now < Number(approvedSurely)) say('refused for nothing', why);
        },
      };
    },

    /** A call that the resource server was told to let through. */
    called(key: string, isFirst: boolean): void {
      calls.add(key);
      if (isFirst) firsts += 1;
      if (calls.size > 1 || firsts > 1) say('two calls', [...calls].join(', '));
    },

    /** What is stored at the end has to be what was answered. */
    settled(state: string): void {
      const [ending] = endings;
      const expected = ending === 'token' ? 'redeemed' : ending;
      if (expected !== undefined && state !== expected)
        say('two endings', `${ending} was answered, ${state} is stored`);
      if (state === 'redeemed' && ending === undefined) say('two endings', 'it is used up, and no agent got its token');
    },
  };

  function compare(claims: Claims): void {
    const { shown } = asked;
    const approval = claims['approval'] as { readonly id?: unknown; readonly digest?: unknown } | undefined;
    if (approval?.id !== asked.id || approval.digest !== digest) {
      say('another digest', `${JSON.stringify(approval)} where ${digest} was shown`);
    }
    const scope = String(claims['scope'] ?? '')
      .split(' ')
      .filter((name) => name !== '')
      .sort();
    const got = {
      sub: claims['sub'],
      aud: claims['aud'],
      client_id: claims['client_id'],
      act: claims['act'],
      scope,
      details: claims['authorization_details'] ?? [],
    };
    const wanted = {
      sub: shown.subject,
      aud: shown.resource,
      client_id: shown.client,
      act: shown.chain,
      scope: [...shown.scope].sort(),
      details: shown.details,
    };
    if (canonicalJson(got) !== canonicalJson(wanted)) {
      say('another action', `${canonicalJson(got)} where ${canonicalJson(wanted)} was shown`);
    }
  }
};
