/** A request that has passed the front guard. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { beginRequest } from '../../../src/provider/seam/request-state.ts';

export const begunRequest = (): IncomingMessage => {
  const request = new IncomingMessage(new Socket());
  beginRequest(request, { id: 'req_1', source: '192.0.2.1', certificate: undefined, arrivedAt: 0 });
  return request;
};
