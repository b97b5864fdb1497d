-- A hub's first call on a new connection. ARGV: the caller, replay count, replay age in ms, and the most bytes of an event's
-- data. Answers { place, why the hub can't work or nil }.

-- What FCALL hub_publish goes by, since its callers know nothing of the hubs' settings.
local function keep_settings(state, count, age, max)
  local old = redis.call('HMGET', state.key .. ':state', 'count', 'age', 'max')
  if old[1] == count and old[2] == age and old[3] == max then return end
  write('HSET', state.key .. ':state', 'count', count, 'age', age, 'max', max)
end

local state = enter_server(KEYS[1], caller_of(ARGV))
local refused = refusal(state.key)
if not refused or string.find(refused, 'OOM', 1, true) then
  -- A server that is out of memory lets deletions pass, and after them the few writes here: replay goes on.
  write('HDEL', state.key .. ':state', '')
  keep_settings(state, ARGV[5], ARGV[6], ARGV[7])
end
return { place(state), refused }
