/**
 * Whether messages may be sent to an address that a browser gave (SF-12): its host, with the port where that is not 443,
 * is one of `services`, or lies below one that is written `*.host`. Anything that is no https URL is not.
 */
export const isAtService = (endpoint: string, services: readonly string[]): boolean => {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, host } = new URL(endpoint);
  if (protocol !== 'https:') return false;
  return services.some((service) =>
    service.startsWith('*.') ? host.endsWith(service.slice(1).toLowerCase()) : host === service.toLowerCase(),
  );
};
