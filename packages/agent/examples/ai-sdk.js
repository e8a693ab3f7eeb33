// An agent of the AI SDK calls an API on behalf of the person at this machine. A refused call waits while the person decides.
// The model is a script: put `openai('…')` or another model in its place.

import { AgentStop, createAgent, keyFile } from '@behalf/agent';
import { generateText, jsonSchema, stepCountIs, tool } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';

const { ISSUER = 'http://localhost:3000', CLIENT_ID, KEY = 'agent.jwk', REDIRECT_URI, SIGN_IN_API, API } = process.env;

const agent = await createAgent({
  issuer: ISSUER,
  clientId: CLIENT_ID,
  credential: { key: await keyFile(KEY) },
  hooks: {
    onConsent: ({ url }) => console.log(`Allow: ${url}`),
    onApproval: () => console.log(`Approve: ${ISSUER}/account/approvals`),
  },
});
const open = (url) => console.log(`Sign in: ${url}`);
const session = await agent.signIn({
  resource: SIGN_IN_API,
  scopes: ['calendar.read'],
  redirectUri: REDIRECT_URI,
  open,
});

/** A tool that calls the API. What people refuse is told to the model, so that it can say so. */
const apiTool = (description, method, scope) =>
  tool({
    description,
    inputSchema: jsonSchema({ type: 'object', properties: {} }),
    async execute() {
      try {
        const rights = { subject: session.subject, resource: API, scopes: [scope] };
        return await (await agent.fetch(`${API}/tickets`, { method }, rights)).text();
      } catch (error) {
        if (error instanceof AgentStop) return `Not allowed: ${error.message}`;
        throw error;
      }
    },
  });

const usage = { inputTokens: {}, outputTokens: {} };
const calls = (toolName) => ({
  content: [{ type: 'tool-call', toolCallId: toolName, toolName, input: '{}' }],
  finishReason: { unified: 'tool-calls' },
  usage,
  warnings: [],
});
const says = (text) => ({ content: [{ type: 'text', text }], finishReason: { unified: 'stop' }, usage, warnings: [] });
const model = new MockLanguageModelV3({ doGenerate: [calls('readTickets'), calls('closeTicket'), says('Done.')] });

const { text, steps } = await generateText({
  model,
  prompt: 'Close the open ticket.',
  stopWhen: stepCountIs(5),
  tools: {
    readTickets: apiTool('Lists the open tickets', 'GET', 'tickets.read'),
    closeTicket: apiTool('Closes the open ticket', 'DELETE', 'tickets.close'),
  },
});
for (const { toolResults } of steps)
  for (const { toolName, output } of toolResults) console.log(`${toolName}: ${output}`);
console.log(text);
