/** A website of another party, under two names: one that browsers call cross-site to `localhost`, and one that is same-site but another origin. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type AttackSite = Awaited<ReturnType<typeof attackSite>>;

export const attackSite = async () => {
  let body = '';
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(`<!doctype html><title>Site</title>${body}`);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    crossSite: `http://127.0.0.1:${port}/`,
    /** As a neighbour on another port, or a sub-domain, would be: cookies go along. */
    sameSite: `http://localhost:${port}/`,
    /** What the site shows from now on. */
    show(html: string): void {
      body = html;
    },
    close: (): Promise<void> =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');

/** A form that sends itself. */
export const sendingForm = (
  action: string,
  fields: Readonly<Record<string, string>>,
  enctype = 'application/x-www-form-urlencoded',
): string =>
  `<form method="post" action="${escaped(action)}" enctype="${enctype}">${Object.entries(fields)
    .map(([name, value]) => `<input name="${escaped(name)}" value="${escaped(value)}">`)
    .join('')}</form><script>document.forms[0].submit()</script>`;
