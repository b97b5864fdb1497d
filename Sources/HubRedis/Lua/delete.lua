-- KEYS: the topic's log. ARGV: the caller, topic. Drops the topic's log and keeps its last offset, so that older cursors are told `trimmed`.
-- Answers { place, 1 if there was such a topic }.

local state = enter(KEY, caller_of(ARGV))
local topic = ARGV[5]
local log, live = state.key .. ':log:' .. topic, state.key .. ':live:' .. topic
local last = last_of(state, topic)
if not last then return { place(state), 0 } end
local ms, seq = parts(last)
local is_lost = not ms
if is_lost then ms, seq = state.ms, state.seq end
demand(state.key .. ':log:*', 'UNLINK', log)
demand(state.key .. ':live:*', PUBLISH, live, '')
if is_lost then demand(state.key .. ':last', 'HSET', state.key .. ':last', topic, '') end
if write('UNLINK', log) == 0 and not is_listed(state.key, topic) then return { place(state), 0 } end
-- Without the log there may be no other trace of the topic.
if is_lost then write('HSET', state.key .. ':last', topic, stream_id(ms, seq)) end
write(PUBLISH, live, message('d', state.epoch, ms, seq))
return { place(state), 1 }
