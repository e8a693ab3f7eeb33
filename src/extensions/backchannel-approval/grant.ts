import type { Extension } from '../extension.ts';
import type { BackchannelApprovalDependencies } from './dependencies.ts';
import { GRANT_TYPE, redeemApproval } from './redeem.ts';

/**
 * CIBA as approval of single actions: an agent polls, and gets one token for the approved action.
 * DIVERGENCE: CIBA Core §10.1.1 returns an ID token as well. Here no user signs in to the agent: it gets a delegated token
 * for one action, and no further data about the person.
 */
export const backchannelApproval = (dependencies: BackchannelApprovalDependencies): Extension => {
  const redeem = redeemApproval(dependencies);
  return {
    name: 'backchannel-approval',
    grants: [
      {
        grantType: GRANT_TYPE,
        parameters: ['auth_req_id'],
        repeatable: [],
        async handle(request) {
          const approved = await redeem(request, (parameter) => request.values(parameter));
          request.claim(approved.redeem);
          return request.mint(approved.token);
        },
      },
    ],
  };
};
