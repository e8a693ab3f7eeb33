import type { Extension } from '../extension.ts';
import type { JwtBearerDependencies } from './dependencies.ts';
import { GRANT_TYPE, redeemAssertion } from './redeem.ts';

const PROFILE = 'urn:ietf:params:oauth:grant-profile:id-jag';

/** RFC 7523 §2.1 for assertions of peers (ID-JAG). Each is valid once, and gives no refresh token. */
export const jwtBearer = (dependencies: JwtBearerDependencies): Extension => {
  const redeem = redeemAssertion(dependencies);
  return {
    name: 'jwt-bearer',
    grants: [
      {
        grantType: GRANT_TYPE,
        parameters: ['assertion', 'resource', 'scope', 'transaction'],
        repeatable: ['resource'],
        async handle(request) {
          const { use, useUntil, token } = await redeem(request);
          request.useOnce(use, useUntil);
          return request.mint(token);
        },
      },
    ],
    // The metadata does not name the peers whose assertions are accepted (JB-10).
    metadata: { authorization_grant_profiles_supported: [PROFILE] },
  };
};
