-- ARGV: the caller, then either 'one' and a topic, or 'after', a name ('' for the first) and how many topics.
-- Answers { place, { { name, how many entries, oldest offset or nil, last offset }… } }, by the bytes of the names.

local function summary(key, topic)
  local last = redis.call('HGET', key .. ':last', topic)
  if not last then return nil end
  local log = key .. ':log:' .. topic
  local first = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  return { topic, redis.call('XLEN', log), first and first[1] or false, last }
end

local state = enter(KEYS[1], caller_of(ARGV))
local names
if ARGV[5] == 'one' then
  names = { ARGV[6] }
else
  local from = ARGV[6] == '' and '-' or '(' .. ARGV[6]
  names = redis.call('ZRANGEBYLEX', state.key .. ':names', from, '+', 'LIMIT', 0, ARGV[7])
end
local summaries = {}
for _, name in ipairs(names) do summaries[#summaries + 1] = summary(state.key, name) end
return { place(state), summaries }
