/** The name of a member as one step of a JSON pointer (RFC 6901 §3). */
export const pointerStep = (member: string): string => member.replaceAll('~', '~0').replaceAll('/', '~1');
