/**
 * Whether messages may be sent to an address that a browser gave (SF-12). Its host, with the port where that is not
 * 443, must be one of `services`, or be below one written as `*.host`. A URL that is not https is refused.
 */
export const isAtService = (endpoint: string, services: readonly string[]): boolean => {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, host } = new URL(endpoint);
  if (protocol !== 'https:') return false;
  return services.some((service) =>
    service.startsWith('*.') ? host.endsWith(service.slice(1).toLowerCase()) : host === service.toLowerCase(),
  );
};
