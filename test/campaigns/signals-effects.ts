/**
 * Time from the 202 of an event to the last positive answer at any node, in the campaign `signals`: of introspection, and of the token
 * exchange for the effect that introspection does not check.
 */
import { newBrowser } from '../support/browser-flow.ts';
import { type Answer, EXCHANGE } from '../support/oauth-calls.ts';
import type { Scene } from '../support/scene.ts';
import type { setSigner } from '../support/set-signer.ts';
import type { CampaignRun } from './campaign.ts';
import { asked } from './edge-world.ts';
import type { Node } from './node-client.ts';
import { pushTo } from './signals-incoming.ts';

/** Negative answers in a row, from each node, before they are believed. */
const ENOUGH = 3;
const STUCK_MS = 5000;
/** A policy set becomes active within a second at each node. */
const AFTER_EPOCH_MS = 2500;

export const EFFECTS = ['sessions', 'agents', 'risk', 'step-up'] as const;
export type EffectName = (typeof EFFECTS)[number];

/** A policy that refuses while a high risk lasts. */
export const FORBIDS = `
@id("no-agents-at-high-risk")
@reason("There is a security event about this person.")
forbid (principal is Agent, action == Action::"act", resource)
when { context has signals && context.signals.level == "high" };
`;

type World = {
  readonly run: CampaignRun;
  readonly nodes: readonly Node[];
  readonly scene: Scene;
  readonly signer: ReturnType<typeof setSigner>;
  readonly authorization: string;
  /** Subject of the person of the scene at the provider. */
  readonly subject: string;
};

/** A question that has a positive answer, an event after which it has none, and what undoes that. */
type Prepared = {
  ask(node: Node): Promise<Answer>;
  isPositive(answer: Answer): boolean;
  readonly event: string;
  undo(): Promise<void>;
};

export const effectsOf = async ({ run, nodes, scene, signer, authorization, subject }: World) => {
  const { calls, keyed, jwt, opaque, management } = scene;
  const pause = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));

  const introspects = (token: string): Pick<Prepared, 'ask' | 'isPositive'> => ({
    ask: (node) => node.oauth('/token/introspection', jwt.credential, { token }),
    isPositive: ({ status, body }) => status === 200 && body['active'] === true,
  });
  const signed = (event: Parameters<typeof signer.claimsOf>[0], about: string, content: object = {}) =>
    signer.sign(signer.claimsOf(event, about, {}, { ...content }));
  const signInAnew = (): void => scene.useBrowser(newBrowser(scene.issuer));
  const subjectToken = async (): Promise<string> =>
    String((await scene.newTokens(opaque.identifier, 'openid read'))['access_token']);
  const exchange = (node: Node, token: string): Promise<Answer> =>
    node.oauth('/token', keyed(scene.agent), {
      grant_type: EXCHANGE,
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      resource: jwt.identifier,
    });

  // An owner apart: what ends all tokens of the person of the scene would end those of the other kinds.
  const owner = await management.createAccount({ username: 'owner-of-agents', name: 'Owner' });
  const owned = await scene.newAgent('Owned', owner.id);

  const kinds: Readonly<Record<EffectName, () => Promise<Prepared>>> = {
    async sessions() {
      signInAnew();
      const token = String((await scene.newTokens(jwt.identifier, 'openid read'))['access_token']);
      return { ...introspects(token), event: await signed('session_revoked', subject), undo: async () => undefined };
    },
    async agents() {
      const asked = { grant_type: 'client_credentials', resource: jwt.identifier };
      const { status, body, text } = await calls.token(keyed(owned), asked);
      if (status !== 200) throw new Error(`no token of an agent: ${text}`);
      return {
        ...introspects(String(body['access_token'])),
        event: await signed('account_disabled', 'owner-of-agents'),
        async undo() {
          const resumed = await management.call('POST', `/agents/${owned.clientId}/resume`);
          if (resumed.status !== 200) throw new Error(`not resumed: ${resumed.text}`);
        },
      };
    },
    async risk() {
      signInAnew();
      const given = await subjectToken();
      await scene.consentToAgent(scene.agent, given, jwt.identifier);
      const { status, body, text } = await calls.exchange(keyed(scene.agent), given, jwt.identifier);
      if (status !== 200) throw new Error(`no delegated token: ${text}`);
      return {
        ...introspects(String(body['access_token'])),
        event: await signed('risk_level_change', subject, { current_level: 'HIGH', principal: 'USER' }),
        async undo() {
          const over = await signed('risk_level_change', subject, { current_level: 'LOW', principal: 'USER' });
          const push = () => pushTo(run.random.pick(nodes), authorization, over);
          const { status: undone } = await asked(push, (one) => one.status !== 503, 'the end of a risk');
          if (undone !== 202) throw new Error(`the end of a risk got ${undone}`);
        },
      };
    },
    async 'step-up'() {
      signInAnew();
      const given = await subjectToken();
      await scene.consentToAgent(scene.agent, given, jwt.identifier);
      return {
        ask: (node) => exchange(node, given),
        isPositive: ({ status }) => status === 200,
        event: await signed('credential_change', subject, { change_type: 'update' }),
        // A sign-in of the same second is none after the event.
        undo: () => pause(1100),
      };
    },
  };

  const prepare = async (kind: EffectName): Promise<Prepared> => {
    // Making one is not what is measured: a busy machine may put it off.
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await kinds[kind]();
      } catch (error) {
        if (attempt === 3) throw error;
        await pause(AFTER_EPOCH_MS);
      }
    }
  };

  return {
    ownerSubject: { subject: 'owner-of-agents', account: owner.id },
    /** Milliseconds from the 202 to the last positive answer, and to the moment when the last question was sent that got one. */
    async measure(kind: EffectName): Promise<{ readonly answered: number; readonly asked: number }> {
      const { ask, isPositive, event, undo } = await prepare(kind);
      let receivedAt = Number.POSITIVE_INFINITY;
      let lastPositive = 0;
      let lastAsked = 0;
      const hasBegun = nodes.map(() => Promise.withResolvers<void>());
      const asking = nodes.map(async (node, index) => {
        for (let negatives = 0; negatives < ENOUGH; ) {
          const sentAt = performance.now();
          const answer = await ask(node);
          const now = performance.now();
          if (isPositive(answer)) {
            hasBegun[index]?.resolve();
            negatives = 0;
            [lastPositive, lastAsked] = [Math.max(lastPositive, now), Math.max(lastAsked, sentAt)];
          } else if (receivedAt !== Number.POSITIVE_INFINITY) negatives += 1;
          if (now > receivedAt + STUCK_MS) {
            run.violation(`${kind}: node ${index} answers positively 5 s after the 202`);
            break;
          }
        }
      });
      const tooLate = AbortSignal.timeout(30_000);
      await Promise.race([
        Promise.all(hasBegun.map(({ promise }) => promise)),
        new Promise<never>((_, reject) =>
          tooLate.addEventListener('abort', () => reject(new Error(`${kind}: no positive answer`))),
        ),
      ]);
      const push = () => pushTo(run.random.pick(nodes), authorization, event);
      // A busy server answers 503, and a transmitter sends it again.
      const { status, text } = await asked(push, (one) => one.status !== 503, `${kind}: a good SET`);
      receivedAt = performance.now();
      if (status !== 202) run.violation(`${kind}: a good SET got ${status} ${text}`);
      await Promise.all(asking);
      await undo();
      return { answered: Math.max(0, lastPositive - receivedAt), asked: Math.max(0, lastAsked - receivedAt) };
    },
  };
};
