-- ARGV: the caller, topic. Drops the topic's log and keeps its last offset, so that older cursors are told `trimmed`.
-- Answers { place, 1 if there was such a topic }.

local state = enter(KEYS[1], caller_of(ARGV))
local topic = ARGV[5]
local last = redis.call('HGET', state.key .. ':last', topic)
if not last then return { place(state), 0 } end
redis.call('UNLINK', state.key .. ':log:' .. topic)
redis.call('PUBLISH', state.key .. ':live:' .. topic, message('d', state.epoch, parts(last)))
return { place(state), 1 }
