/**
 * Platforms that agents run on, as far as their tokens go: claims shaped as each of them makes them, signed by issuers
 * of our own that serve discovery documents and keys over https.
 */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { LocalAuthority } from './local-authority.ts';

export type Claims = Record<string, unknown>;

export type PlatformKey = {
  readonly kid: string;
  readonly alg: string;
  readonly publicJwk: JWK;
  readonly privateKey: CryptoKey;
};

export const newPlatformKey = async (kid: string, alg = 'RS256'): Promise<PlatformKey> => {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
};

/** Signs claims as they are; `header` replaces members of it. */
export const signToken = (claims: Claims, key: PlatformKey, header: Record<string, unknown> = {}): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header } as { alg: string })
    .sign(key.privateKey);

export type IssuerHost = Awaited<ReturnType<typeof issuerHost>>;

/** One https host with any number of issuers, each below a path of its own. */
export const issuerHost = async (authority: LocalAuthority) => {
  const documents = new Map<string, (response: ServerResponse) => void>();
  const asked: string[] = [];
  const host = await authority.serve((request, response) => {
    const path = String(request.url);
    asked.push(path);
    const serve = documents.get(path);
    if (serve) serve(response);
    else response.writeHead(404).end();
  });
  const json = (value: unknown) => (response: ServerResponse) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));

  return {
    ...host,
    asked,
    /** Serves discovery document and keys of an issuer; `keys` are read at each request. */
    issuer(path: string, keys: () => readonly object[]): string {
      const issuer = `${host.origin}${path}`;
      const base = path.replace(/\/$/, '');
      documents.set(
        `${base}/.well-known/openid-configuration`,
        json({ issuer, jwks_uri: `${host.origin}${base}/jwks` }),
      );
      documents.set(`${base}/jwks`, (response) => json({ keys: keys() })(response));
      return issuer;
    },
    /** Serves something else at a path. */
    serve: (path: string, listener: (response: ServerResponse) => void): void => void documents.set(path, listener),
    json,
  };
};

export type Platform = {
  readonly template: string;
  /** Path of its issuer. */
  readonly path: string;
  readonly alg?: string;
  readonly header?: Record<string, unknown>;
  /** `now` in epoch seconds; `audience` is our issuer. */
  readonly claims: (issuer: string, audience: string, now: number) => Claims;
  /** The credential that fits these claims. */
  readonly subject: object;
  readonly rules: Record<string, object>;
  /** Claims that no rule may let through when they are altered. */
  readonly altered: readonly (readonly [string, Claims])[];
};

const times = (now: number, life = 3600): Claims => ({ iat: now, nbf: now, exp: now + life });

/** Names of the platforms, and what their tokens say. */
export const PLATFORMS: Readonly<Record<string, Platform>> = {
  'Kubernetes service account': {
    template: 'kubernetes',
    path: '/kubernetes',
    claims: (iss, aud, now) => ({
      ...times(now),
      aud: [aud],
      iss,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace: 'agents',
        node: { name: 'node-1', uid: randomUUID() },
        pod: { name: 'planner-7d9c', uid: randomUUID() },
        serviceaccount: { name: 'planner', uid: 'b0a1c4fe-0000-4000-8000-000000000001' },
      },
      sub: 'system:serviceaccount:agents:planner',
    }),
    subject: { equals: 'system:serviceaccount:agents:planner' },
    rules: { '/kubernetes.io/serviceaccount/uid': { equals: 'b0a1c4fe-0000-4000-8000-000000000001' } },
    altered: [
      ['sub', { sub: 'system:serviceaccount:agents:planner2' }],
      ['sub', { sub: 'system:serviceaccount:other:planner' }],
      ['/kubernetes.io/serviceaccount/uid', { 'kubernetes.io': { serviceaccount: { uid: 'another' } } }],
      ['/kubernetes.io/serviceaccount/uid', { 'kubernetes.io': undefined }],
    ],
  },
  'GitHub Actions, old sub': {
    template: 'github-actions',
    path: '/github-old',
    header: { typ: 'JWT', x5t: 'eBZ_cn3sXYAd0ch4THBKHIgOwOE' },
    claims: (iss, aud, now) => ({
      ...times(now, 600),
      iss,
      aud,
      jti: randomUUID(),
      sub: 'repo:octo-org/octo-repo:environment:prod',
      environment: 'prod',
      ref: 'refs/heads/main',
      ref_type: 'branch',
      repository: 'octo-org/octo-repo',
      repository_id: '74',
      repository_owner: 'octo-org',
      repository_owner_id: '65',
      job_workflow_ref: 'octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main',
      runner_environment: 'github-hosted',
    }),
    subject: { like: 'repo:octo-org/*:environment:prod' },
    rules: { repository_owner_id: { equals: '65' }, runner_environment: { one_of: ['github-hosted'] } },
    altered: [
      ['sub', { sub: 'repo:octo-org-evil/octo-repo:environment:prod' }],
      ['sub', { sub: 'repo:octo-org/octo-repo:environment:dev' }],
      ['sub', { sub: 'repo:octo-org/octo-repo:pull_request' }],
      ['sub', { sub: 'repo:octo-org/a/b:environment:prod' }],
      ['repository_owner_id', { repository_owner_id: '66' }],
      ['repository_owner_id', { repository_owner_id: ['65'] }],
      ['runner_environment', { runner_environment: 'self-hosted' }],
    ],
  },
  'GitHub Actions, sub with ids': {
    template: 'github-actions',
    path: '/github-new',
    header: { typ: 'JWT' },
    claims: (iss, aud, now) => ({
      ...times(now, 600),
      iss,
      aud,
      jti: randomUUID(),
      sub: 'repo:octo-org@65/octo-repo@74:ref:refs/heads/main',
      repository: 'octo-org/octo-repo',
      repository_owner: 'octo-org',
      repository_owner_id: '65',
      ref: 'refs/heads/main',
    }),
    subject: { like: 'repo:octo-org@65/*@*:ref:refs/heads/main' },
    rules: { ref: { equals: 'refs/heads/main' } },
    altered: [
      ['sub', { sub: 'repo:octo-org@66/octo-repo@74:ref:refs/heads/main' }],
      ['sub', { sub: 'repo:octo-org/octo-repo:ref:refs/heads/main' }],
      ['sub', { sub: 'repo:octo-org@65/octo-repo@74:ref:refs/heads/other' }],
      ['ref', { ref: 'refs/heads/other' }],
    ],
  },
  'GitLab CI': {
    template: 'gitlab',
    path: '/gitlab',
    header: { typ: 'JWT' },
    claims: (iss, aud, now) => ({
      ...times(now),
      iss,
      aud,
      jti: randomUUID(),
      sub: 'project_path:my-group/my-project:ref_type:branch:ref:main',
      namespace_id: '72',
      namespace_path: 'my-group',
      project_id: '20',
      project_path: 'my-group/my-project',
      ref: 'main',
      ref_protected: 'true',
      ref_type: 'branch',
      pipeline_source: 'push',
    }),
    subject: { like: 'project_path:my-group/*:ref_type:branch:ref:main' },
    rules: { ref_protected: { equals: 'true' }, namespace_id: { equals: '72' } },
    altered: [
      ['sub', { sub: 'project_path:my-group-evil/my-project:ref_type:branch:ref:main' }],
      ['sub', { sub: 'project_path:my-group/my-project:ref_type:tag:ref:main' }],
      ['ref_protected', { ref_protected: 'false' }],
      ['namespace_id', { namespace_id: undefined }],
    ],
  },
  'AWS web identity': {
    template: 'aws',
    path: '/aws',
    alg: 'ES384',
    claims: (iss, aud, now) => ({
      ...times(now, 300),
      iss,
      aud,
      jti: randomUUID(),
      sub: 'arn:aws:iam::123456789012:role/planner',
      'https://sts.amazonaws.com/': {
        aws_account: '123456789012',
        org_id: 'o-abc1234567',
        principal_id: 'arn:aws:iam::123456789012:role/planner',
        source_region: 'us-east-1',
      },
    }),
    subject: { equals: 'arn:aws:iam::123456789012:role/planner' },
    rules: { '/https:~1~1sts.amazonaws.com~1/org_id': { equals: 'o-abc1234567' } },
    altered: [
      ['sub', { sub: 'arn:aws:iam::210987654321:role/planner' }],
      ['/https:~1~1sts.amazonaws.com~1/org_id', { 'https://sts.amazonaws.com/': { org_id: 'o-other' } }],
    ],
  },
  'Google Cloud identity token': {
    template: 'gcp',
    path: '/google',
    header: { typ: 'JWT' },
    claims: (iss, aud, now) => ({
      iat: now,
      exp: now + 3600,
      iss,
      aud,
      azp: '113475438248934895348',
      sub: '113475438248934895348',
      email: 'planner@project-7.iam.gserviceaccount.com',
      email_verified: true,
    }),
    subject: { equals: '113475438248934895348' },
    rules: { email: { equals: 'planner@project-7.iam.gserviceaccount.com' }, email_verified: { equals: 'true' } },
    altered: [
      ['sub', { sub: '113475438248934895349' }],
      ['email', { email: 'other@project-7.iam.gserviceaccount.com' }],
      ['email_verified', { email_verified: false }],
    ],
  },
  'Azure managed identity': {
    template: 'azure',
    path: '/azure/8b6c4e8c-0000-4000-8000-00000000000a/v2.0',
    header: { typ: 'JWT', x5t: 'eBZ_cn3sXYAd0ch4THBKHIgOwOE' },
    claims: (iss, aud, now) => ({
      ...times(now, 86_400),
      iss,
      aud,
      aio: 'k2RgYFjWqPxLwqvgtaUJsSHEgJSAkwEA',
      azp: 'f5b1c6d2-0000-4000-8000-00000000000b',
      azpacr: '2',
      idtyp: 'app',
      oid: 'a1b2c3d4-0000-4000-8000-00000000000c',
      sub: 'a1b2c3d4-0000-4000-8000-00000000000c',
      tid: '8b6c4e8c-0000-4000-8000-00000000000a',
      uti: 'xJ0aGk3Q',
      ver: '2.0',
    }),
    subject: { equals: 'a1b2c3d4-0000-4000-8000-00000000000c' },
    rules: { tid: { equals: '8b6c4e8c-0000-4000-8000-00000000000a' } },
    altered: [
      ['sub', { sub: 'a1b2c3d4-0000-4000-8000-00000000000d' }],
      ['tid', { tid: '8b6c4e8c-0000-4000-8000-00000000000b' }],
    ],
  },
  'SPIFFE JWT-SVID': {
    template: 'spiffe-jwt',
    path: '/spire',
    alg: 'ES256',
    header: { typ: 'JWT' },
    claims: (iss, aud, now) => ({
      iat: now,
      exp: now + 300,
      iss,
      aud: [aud],
      sub: 'spiffe://example.org/ns/agents/sa/planner',
    }),
    subject: { like: 'spiffe://example.org/ns/agents/sa/*' },
    rules: {},
    altered: [
      ['sub', { sub: 'spiffe://example.org.evil/ns/agents/sa/planner' }],
      ['sub', { sub: 'spiffe://example.org/ns/agents/sa/planner/admin' }],
      ['sub', { sub: 'spiffe://example.org/ns/other/sa/planner' }],
    ],
  },
};
