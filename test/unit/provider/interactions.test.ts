/** What a page learns when oidc-provider does not find the prompt of its browser. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { errors } from 'oidc-provider';
import { StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { interactions } from '../../../src/provider/interactions/interactions.ts';
import { protocolError } from '../../../src/provider/seam/oauth-errors.ts';

/** The prompt 'uid' of a browser for which oidc-provider throws. */
const promptOf = (thrown: Error) => {
  const provider = {
    interactionDetails: async () => {
      throw thrown;
    },
  };
  const request = new IncomingMessage(new Socket());
  const port = interactions({ provider: () => provider } as never);
  return port.get({ request, response: new ServerResponse(request) }, 'uid');
};

test('a prompt that oidc-provider does not know has expired (V21)', async () => {
  await expect(promptOf(new errors.SessionNotFound('interaction session id cookie not found'))).rejects.toMatchObject({
    code: 'not_found',
  });
});

test('a store that fails does not end the prompt: its error goes to the page', async () => {
  const failure = new StoreUnavailable('down');
  await expect(promptOf(protocolError(failure) as Error)).rejects.toBe(failure);
  await expect(promptOf(failure)).rejects.toBe(failure);
});
