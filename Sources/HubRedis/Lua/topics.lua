-- ARGV: the caller, then either 'one' and a topic, or 'after', a name ('' for the first) and how many topics.
-- Answers { place, { { name, how many entries, oldest offset or nil, last offset }… }, the name after which there may be
-- more or nil }, by the bytes of the names.

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

local state = enter(KEYS[1], caller_of(ARGV))
if ARGV[5] == 'one' then
  local found = is_listed(state.key, ARGV[6]) and summary(state, ARGV[6]) or nil
  return { place(state), { found }, false }
end
local from = ARGV[6] == '' and '-' or '(' .. ARGV[6]
local names = redis.call('ZRANGEBYLEX', state.key .. ':names', from, '+', 'LIMIT', 0, ARGV[7])
local summaries, bytes, after = {}, 0, false
for i, name in ipairs(names) do
  local found, more = summary(state, name)
  summaries[#summaries + 1] = found
  bytes = bytes + more
  if bytes > BUDGET or i == tonumber(ARGV[7]) then
    after = name
    break
  end
end
return { place(state), summaries, after }
