-- A hub's first call on a new connection. KEYS: the log and the idempotency key without a name. ARGV: the caller, replay count,
-- replay age in ms, the most bytes of an event's data, and 1 if channels are those of a cluster's shards, 0 if not.
-- Answers { place, why the hub can't work or nil }.

-- What FCALL hub_publish goes by, since its callers know nothing of the hubs' settings.
local function keep_settings(state, count, age, max, sharded)
  local old = redis.call('HMGET', state.key .. ':state', 'count', 'age', 'max', 'sharded')
  if old[1] == count and old[2] == age and old[3] == max and old[4] == sharded then return end
  write('HSET', state.key .. ':state', 'count', count, 'age', age, 'max', max, 'sharded', sharded)
end

local state = enter_server(KEY, caller_of(ARGV))
local refused = refusal(state.key)
if not refused or string.find(refused, 'OOM', 1, true) then
  -- A server that is out of memory lets deletions pass, and after them the few writes here: replay goes on.
  write('HDEL', state.key .. ':state', '')
  keep_keys(state.key)
  keep_settings(state, ARGV[5], ARGV[6], ARGV[7], ARGV[8])
end
return { place(state), refused }
