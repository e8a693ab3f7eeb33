/** A form sent with a Host header, or a target, of one's own: what `fetch` does not let one do. */
import { type Answer, answerOf, formOf, type Parameters } from './oauth-calls.ts';
import { rawRequest } from './raw-request.ts';

export const postToHost = async (
  port: number,
  { host, target = '/token' }: { readonly host: string; readonly target?: string },
  parameters: Parameters,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  const answer = await rawRequest(port, {
    method: 'POST',
    host,
    target,
    headers: [['Content-Type', 'application/x-www-form-urlencoded'], ...Object.entries(headers)],
    body: formOf(parameters).toString(),
  });
  return answerOf(new Response(answer.body, { status: answer.status }));
};
