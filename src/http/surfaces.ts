const SURFACES: readonly (readonly [RegExp, string])[] = [
  // Such a request lasts as long as its page or its reader is there.
  [/\/account\/approvals\/events|\/access\/v1\/revocations/, 'live'],
  [/\/token$/, 'token'],
  [/\/token\/introspection/, 'introspection'],
  [/\/token\/revocation/, 'revocation'],
  [/\/api\/v1/, 'management'],
  [/\/access\/v1/, 'decisions'],
  [/\/scim\/v2/, 'scim'],
  [/\/ssf\/v1\/streams\/[^/]+\/poll/, 'live'],
  [/\/ssf\/v1/, 'shared signals'],
  [/\/signals\//, 'signals'],
  [/\/status-lists/, 'status lists'],
  [/\/log\/(?:checkpoint|tile)/, 'transparency log'],
  [/\/reg(?:$|\/)/, 'registration'],
  [/\/(?:interaction|upstream|account|console|language|delegations|step-ups|device|session)/, 'pages'],
  [/\/\.well-known\/|\/jwks/, 'discovery'],
  [/\/(?:auth|request)/, 'authorization'],
];

/** The surface that a request target belongs to, for the labels of metrics. The query decides nothing: clients choose it. */
export const surfaceOf = (target: string): string => {
  const [path = ''] = target.split('?', 1);
  return SURFACES.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';
};
