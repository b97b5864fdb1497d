-- What shows that a topic is there, or was, though somebody has deleted its last offset. Publishing finds it out by `begin`.

-- Whether there are traces of a topic that has no last offset: it is listed or in line, or its log goes on after the floor.
local function has_traces(state, topic)
  if is_listed(state.key, topic) then return true end
  -- The hub's user has no right to ZSCORE. An error is that of a server that takes no writes.
  local in_line = redis.pcall('ZADD', state.key .. ':retired', 'XX', 'INCR', 0, topic)
  if type(in_line) == 'string' then return true end
  local newest = redis.pcall('XREVRANGE', state.key .. ':log:' .. topic, '+', '-', 'COUNT', 1)
  local ms, seq = parts(newest[1] and newest[1][1])
  return ms ~= nil and above(ms, seq, state.floor_ms, state.floor_seq)
end

-- A topic's last offset, or false if there is no such topic. It is '', which makes no sense, if somebody has deleted it.
local function last_of(state, topic)
  return redis.call('HGET', state.key .. ':last', topic) or (has_traces(state, topic) and '')
end
