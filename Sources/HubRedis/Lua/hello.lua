-- A hub's first call on a new connection. ARGV: the caller, replay count, replay age in ms, the server's run id ('' if it
-- is not known), and the most bytes of an event's data. Answers { place, why the hub can't work or nil }.

-- A server that was started anew, or a replica that was promoted, may lack the last writes. The clock jumps to its
-- time, and the gap is noted: whoever has seen an offset in it has seen what is gone, even if others published since.
local function note_run(state, run)
  if run == '' or run == state.run then return end
  write('HSET', state.key .. ':state', 'run', run)
  if not state.run then return end
  state.fork = stream_id(state.ms, state.seq)
  if state.now > state.ms then state.ms, state.seq = state.now, 0 end
  state.resume = stream_id(state.ms, state.seq)
  save_clock(state)
  write('HSET', state.key .. ':state', 'fork', state.fork, 'resume', state.resume)
end

-- What FCALL hub_publish goes by, since its callers know nothing of the hubs' settings.
local function keep_settings(state, count, age, max)
  local old = redis.call('HMGET', state.key .. ':state', 'count', 'age', 'max')
  if old[1] == count and old[2] == age and old[3] == max then return end
  write('HSET', state.key .. ':state', 'count', count, 'age', age, 'max', max)
end

local caller = caller_of(ARGV)
local state = enter(KEYS[1], caller)
local refused = refusal(state.key)
if not refused or string.find(refused, 'OOM', 1, true) then
  -- A server that is out of memory lets deletions pass, and after them the few writes here: replay goes on.
  write('HDEL', state.key .. ':state', '')
  note_run(state, ARGV[7])
  keep_settings(state, ARGV[5], ARGV[6], ARGV[8])
end
if caller.epoch == state.epoch and has_lost(state, caller) then rotate(state, caller) end
return { place(state), refused }
