/** Operations that Redis has no single command for. Each touches keys of one slot only. */

/**
 * The common start of both scripts. The ledger is a hash: `marker` is `replication id : since`, and a member per
 * bucket holds how many claims were put there. The ledger is missing after a flush or an empty restart. Its
 * replication id differs after a failover or a restart from an older file. A bucket with fewer or more claims than
 * the ledger says was evicted or edited. Each means that claims may have been lost. Two servers of one group never
 * have the same replication id.
 */
const LEDGER = `
local info = redis.call('INFO', 'replication')
local id = string.match(info, 'master_replid:(%x+)') or '?'
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local ledger = KEYS[1]
local marker = redis.call('HGET', ledger, 'marker')
local isNew = not marker or string.sub(marker, 1, #id + 1) ~= id .. ':'
if isNew then marker = id .. ':' .. ARGV[1] end
`;

/**
 * KEYS: ledger, bucket. ARGV: what `since` is when claims were lost, name of the bucket in the ledger, claim,
 * seconds. Returns { 1 when this is the first, marker }. A claim is in the same bucket each time, so the script that
 * would accept a replay is the one that finds its bucket short. All is one atomic step: no claim can come between a
 * loss and its discovery. The ledger is written first, because a full Redis refuses that write; nothing has changed
 * then.
 */
export const CLAIM = `${LEDGER}
local held = redis.call('ZCARD', KEYS[2])
local count = redis.call('HGET', ledger, ARGV[2])
if count and tonumber(count) ~= held and not isNew then marker = id .. ':' .. ARGV[1] end
local ended = redis.call('ZCOUNT', KEYS[2], '-inf', now)
local ends = redis.call('ZSCORE', KEYS[2], ARGV[3])
local first = (not ends or tonumber(ends) <= now) and 1 or 0
redis.call('HSET', ledger, 'marker', marker, ARGV[2], held - ended + first)
if ended > 0 then redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now) end
if first == 1 then redis.call('ZADD', KEYS[2], now + ARGV[4] * 1000, ARGV[3]) end
return { first, marker }
`;

/**
 * KEYS: ledger, each bucket. ARGV: what `since` is when claims were lost, names of the buckets in the ledger. Looks
 * at all of them, removes what has ended and returns { marker, the clock of Redis in milliseconds }. Claims that a
 * new marker finds are kept and counted again.
 */
export const WATCH = `${LEDGER}
local counts = {}
for at = 2, #KEYS do
  local held = redis.call('ZCARD', KEYS[at])
  local count = redis.call('HGET', ledger, ARGV[at])
  if count and tonumber(count) ~= held and not isNew then marker = id .. ':' .. ARGV[1] end
  local left = held - redis.call('ZCOUNT', KEYS[at], '-inf', now)
  if count or left > 0 or held > 0 then
    counts[#counts + 1] = ARGV[at]
    counts[#counts + 1] = left
  end
end
redis.call('HSET', ledger, 'marker', marker, unpack(counts))
for at = 2, #KEYS do redis.call('ZREMRANGEBYSCORE', KEYS[at], '-inf', now) end
return { marker, string.format('%d', now) }
`;

/**
 * KEYS: counter. ARGV: seconds, milliseconds now and at the end of a window that begins now, what is added. Returns
 * the new value. A negative number (an undone count) begins no window, nor does a look (0). The counter is `value :
 * end`: a window ends when our clock says so, and never later than by Redis' own.
 */
export const COUNT = `
local value, ends = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+):(%d+)$')
if value and tonumber(ends) > tonumber(ARGV[2]) then
  if ARGV[4] == '0' then return tonumber(value) end
  value = math.max(0, value + ARGV[4])
  redis.call('SET', KEYS[1], string.format('%d:%s', value, ends), 'KEEPTTL')
  return value
end
if tonumber(ARGV[4]) <= 0 then return 0 end
redis.call('SET', KEYS[1], ARGV[4] .. ':' .. ARGV[3], 'EX', ARGV[1])
return tonumber(ARGV[4])
`;
