/** The commands by which an agent gets its first token: text to copy, for one agent and one API of this server. */
import { createHash } from 'node:crypto';
import { commandText } from '../../../views/first-commands.ts';
import type { FirstCommands } from '../../../views/pages/console-first-steps.ts';

type Party = { readonly name: string };

export type FirstToken = {
  readonly issuer: string;
  readonly agent: Party & { readonly id: string; readonly redirectUri: string };
  readonly api: Party & { readonly identifier: string; readonly scopes: readonly string[] };
  /** Of PKCE (RFC 7636 §4.1): 43 to 128 unreserved characters. */
  readonly verifier: string;
};

/** An authorization request with PKCE as a path of this server, the token request in curl, and both in TypeScript. */
export const firstCommands = (asked: FirstToken): FirstCommands => ({
  agent: asked.agent.name,
  api: asked.api.name,
  authorizationHref: authorizationHrefOf(asked),
  exchange: exchangeOf(asked),
  run: commandText('first-token.run', {}),
  program: programOf(asked),
});

const scopeOf = ({ api }: FirstToken): string => ['openid', ...api.scopes].join(' ');

const authorizationHrefOf = (asked: FirstToken): string => {
  const { issuer, agent, api, verifier } = asked;
  const url = new URL(`${issuer}/auth`);
  url.search = String(
    new URLSearchParams({
      client_id: agent.id,
      response_type: 'code',
      redirect_uri: agent.redirectUri,
      scope: scopeOf(asked),
      resource: api.identifier,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }),
  );
  return `${url.pathname}${url.search}`;
};

/** For the shell: no character of the text has a meaning. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const exchangeOf = ({ issuer, agent, api, verifier }: FirstToken): string =>
  commandText('first-token.sh', {
    client_id: quoted(agent.id),
    issuer: quoted(issuer),
    token_endpoint: quoted(`${issuer}/token`),
    redirect_uri: quoted(`redirect_uri=${agent.redirectUri}`),
    code_verifier: quoted(`code_verifier=${verifier}`),
    resource: quoted(`resource=${api.identifier}`),
  });

/** openid-client refuses an http issuer, which only a server in development has, unless the program allows it. */
const programOf = (asked: FirstToken): string => {
  const { issuer, agent, api } = asked;
  const values = {
    issuer: JSON.stringify(issuer),
    client_id: JSON.stringify(agent.id),
    resource: JSON.stringify(api.identifier),
    redirect_uri: JSON.stringify(agent.redirectUri),
    scope: JSON.stringify(scopeOf(asked)),
  };
  return commandText('first-token.ts', values, { isHttp: issuer.startsWith('http:') });
};
