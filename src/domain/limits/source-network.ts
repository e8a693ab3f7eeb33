const GROUPS = 8;
/** A /64 is what one subscriber has at least, so its addresses are one source (RL-03). */
const GROUPS_OF_A_NETWORK = 4;

/**
 * What limits count a client address as: an IPv4 address as itself, an IPv6 address as its /64 network. Anything else
 * is answered as it is.
 */
export const sourceNetwork = (address: string): string => {
  const [plain = ''] = address.split('%', 1);
  if (!/^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(plain)) return address;
  const [front = '', back] = plain.split('::', 2);
  const ahead = groupsOf(front);
  const behind = back === undefined ? [] : groupsOf(back);
  const missing = Math.max(0, GROUPS - ahead.length - behind.length);
  const groups = back === undefined ? ahead : [...ahead, ...Array<string>(missing).fill('0'), ...behind];
  const network = groups.slice(0, GROUPS_OF_A_NETWORK).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
};

/** The last 32 bits may be written as an IPv4 address (RFC 4291 §2.2); they are never of the network. */
const groupsOf = (text: string): readonly string[] =>
  text === '' ? [] : text.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
