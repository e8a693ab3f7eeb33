/**
 * Whether messages may be sent to an address that a browser gave (SF-12). Its host (with the port, unless that is 443)
 * must be one of `services`, or be below one written as `*.host`. Refuses a URL that is not https.
 */
export const isAtService = (endpoint: string, services: readonly string[]): boolean => {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, host } = new URL(endpoint);
  if (protocol !== 'https:') return false;
  return services.some((service) =>
    service.startsWith('*.') ? host.endsWith(service.slice(1).toLowerCase()) : host === service.toLowerCase(),
  );
};
