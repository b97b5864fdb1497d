-- ARGV: the caller, topic. Drops the topic's log and keeps its last offset, so that older cursors are told `trimmed`.
-- Answers { place, 1 if there was such a topic }.

local state = enter(KEYS[1], caller_of(ARGV))
local topic = ARGV[5]
local log, live = state.key .. ':log:' .. topic, state.key .. ':live:' .. topic
local last = redis.call('HGET', state.key .. ':last', topic)
if not last then return { place(state), 0 } end
local ms, seq = parts(last)
if not ms then ms, seq = state.ms, state.seq end
demand(state.key .. ':log:*', 'UNLINK', log)
demand(state.key .. ':live:*', 'PUBLISH', live, '')
if write('UNLINK', log) == 0 and not is_listed(state.key, topic) then return { place(state), 0 } end
write('PUBLISH', live, message('d', state.epoch, ms, seq))
return { place(state), 1 }
