/**
 * The two steps Redis has no single command for. Each touches keys of one slot only.
 */

/**
 * KEYS: claim, marker. ARGV: seconds, what `since` is when values were lost. Answers { 1 when this is the first, marker }.
 *
 * The marker is `replication id : since` and never expires. It is missing after a flush or an empty restart, and its
 * replication id is another one after a failover or a restart from an older file: then claims may have been lost,
 * and the marker is set anew. Both are one step, so no claim can slip in between a loss and its discovery.
 */
export const CLAIM = `
local info = redis.call('INFO', 'replication')
local id = string.match(info, 'master_replid:(%x+)') or '?'
local marker = redis.call('GET', KEYS[2])
if not marker or string.sub(marker, 1, #id + 1) ~= id .. ':' then
  marker = id .. ':' .. ARGV[2]
  redis.call('SET', KEYS[2], marker)
end
if ARGV[1] == '0' then return { 0, marker } end
local first = redis.call('SET', KEYS[1], '', 'NX', 'EX', ARGV[1])
return { first and 1 or 0, marker }
`;

/**
 * KEYS: counter. ARGV: seconds, milliseconds now and at the end of a window that begins now. Answers the new value.
 * The counter is `value : end`: a window is over when our clock says so, and never later than by Redis' own.
 */
export const COUNT = `
local value, ends = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+):(%d+)$')
if value and tonumber(ends) > tonumber(ARGV[2]) then
  redis.call('SET', KEYS[1], string.format('%d:%s', value + 1, ends), 'KEEPTTL')
  return value + 1
end
redis.call('SET', KEYS[1], '1:' .. ARGV[3], 'EX', ARGV[1])
return 1
`;
