-- KEYS: the topics' logs. ARGV: the caller, the topics. Answers { place, { { name, how many entries, oldest offset or nil, last
-- offset }… } of those that are listed, how many were looked at }.

-- The oldest entry of each topic is looked at, and may be large.
local BUDGET = 4194304

-- A topic's summary, and how many bytes had to be looked at for it.
local function summary(state, topic)
  local ms, seq = parts(redis.call('HGET', state.key .. ':last', topic))
  local log, bytes = state.key .. ':log:' .. topic, 0
  local first, count = redis.pcall('XRANGE', log, '-', '+', 'COUNT', 1), redis.pcall('XLEN', log)
  if first.err and not string.find(first.err, 'WRONGTYPE', 1, true) then error({ err = first.err }) end
  if first[1] then
    for _, field in ipairs(first[1][2]) do bytes = bytes + #field end
  end
  count = type(count) == 'number' and count or 0
  return { topic, count, first[1] and first[1][1] or false, stream_id(ms or state.ms, seq or state.seq) }, bytes
end

local state = enter(KEY, caller_of(ARGV))
local summaries, bytes, looked = {}, 0, 0
for i = 5, #ARGV do
  if bytes > BUDGET then break end
  looked = looked + 1
  if is_listed(state.key, ARGV[i]) then
    local found, more = summary(state, ARGV[i])
    summaries[#summaries + 1] = found
    bytes = bytes + more
  end
end
return { place(state), summaries, looked }
