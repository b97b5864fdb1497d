-- Retiring topics whose events have all passed their age: the log goes, the last offset stays for a while. It proves that
-- nothing was missed of a topic that is quiet, which the floor, one for all topics, can't once another one is forgotten.

-- How many retired topics are remembered.
local REMEMBERED = 10000

-- The place in line of the retired topic that was numbered last.
local function retired_count(state)
  return number(redis.call('HGET', state.key .. ':state', 'retired')) or 0
end

-- Looks up those topics that were chosen: each { name, last offset or false }.
local function with_lasts(state, topics, chosen)
  local found = {}
  for _, topic in ipairs(topics) do
    if chosen[topic] then found[#found + 1] = { topic, redis.call('HGET', state.key .. ':last', topic) } end
  end
  return found
end

-- What is to be looked at in a step, at most `limit` topics of each kind: `quiet` are those whose first event, or the last
-- one at an earlier look, is older than `age` milliseconds; `passed` are the retired ones that others have pushed out of line.
local function old_topics(state, age, limit)
  local before = string.format('(%.0f', state.now - age)
  local quiet = redis.call('ZRANGEBYSCORE', state.key .. ':topics', '-inf', before, 'LIMIT', 0, limit)
  local count = retired_count(state)
  -- Room is made for as many as this step may retire.
  local end_of_line = string.format('%.0f', count + limit - REMEMBERED)
  local passed = redis.call('ZRANGEBYSCORE', state.key .. ':retired', '-inf', end_of_line, 'LIMIT', 0, limit)
  return { quiet = quiet, passed = passed, count = count }
end

-- Whether the user may do to topics all that is done here: what is the same for all of them, and what is not.
local function may_retire_any(state)
  local key = state.key
  return may('ZREM', key .. ':topics', '') and may('ZADD', key .. ':topics', '0', '')
    and may('ZREM', key .. ':names', '') and may('ZADD', key .. ':names', '0', '')
    and may('ZREM', key .. ':retired', '') and may('ZADD', key .. ':retired', '0', '')
    and may('HDEL', key .. ':last', '') and may('HSET', key .. ':state', 'retired', '0')
end

local function may_retire(state, topic)
  return may('UNLINK', state.key .. ':log:' .. topic) and may(PUBLISH, state.key .. ':live:' .. topic, '')
end

-- Notes that there is a topic, and when it is to be looked at. Answers whether it was not listed before.
local function list(state, topic, ms)
  local added = write('ZADD', state.key .. ':names', 0, topic)
  write('ZADD', state.key .. ':topics', ms, topic)
  return added == 1
end

-- Drops a topic's log, and takes it from the lists.
local function drop(state, topic)
  -- Deleting comes first: a server that is out of memory lets it pass, and the rest of the script with it.
  write('UNLINK', state.key .. ':log:' .. topic)
  write('ZREM', state.key .. ':topics', topic)
  write('ZREM', state.key .. ':names', topic)
end

local function tell_retired(state, topic, ms, seq)
  write(PUBLISH, state.key .. ':live:' .. topic, message('r', state.epoch, ms, seq))
end

-- Drops a topic but for its last offset, and puts it at the end of the line.
local function retire(state, topic, ms, seq, number_in_line)
  drop(state, topic)
  write('ZADD', state.key .. ':retired', number_in_line, topic)
  write('HSET', state.key .. ':state', 'retired', string.format('%.0f', number_in_line))
  tell_retired(state, topic, ms, seq)
end

-- Forgets a topic and its last offset. Topics that are not there have had no event after the floor.
local function forget(state, topic, last)
  drop(state, topic)
  write('ZREM', state.key .. ':retired', topic)
  write('HDEL', state.key .. ':last', topic)
  local ms, seq = parts(last)
  -- Where the last offset is missing or makes no sense, no cursor up to the clock is known to be complete.
  if not ms or above(ms, seq, state.ms, state.seq) then ms, seq = state.ms, state.seq end
  if above(ms, seq, state.floor_ms, state.floor_seq) then
    state.floor_ms, state.floor_seq = ms, seq
    write('HSET', state.key .. ':state', 'floor', stream_id(ms, seq))
  end
  tell_retired(state, topic, ms, seq)
end

-- A topic is in use, and is looked at again when its last event of now is old. If it is in line, a hub of an older release,
-- which knows of none, has published to it.
local function keep(state, topic, ms)
  -- A server that is out of memory lets the deletion pass, and what follows it.
  write('ZREM', state.key .. ':topics', topic)
  if write('ZREM', state.key .. ':retired', topic) == 1 then return list(state, topic, ms) end
  write('ZADD', state.key .. ':topics', ms, topic)
end

-- Retires the quiet topics that have had no event since, and forgets those that are pushed out of line. What the user has no
-- right to is left to others. Answers how many of one kind were dealt with.
local function retire_old(state, age, old)
  if #old.quiet + #old.passed == 0 or not may_retire_any(state) then return 0 end
  local oldest, line, quiet, passed = state.now - age, old.count, 0, 0
  for _, found in ipairs(old.passed) do
    local topic, last = found[1], found[2]
    if may_retire(state, topic) then
      passed = passed + 1
      local ms = last and parts(last) or 0
      if ms < oldest then forget(state, topic, last) else keep(state, topic, ms) end
    end
  end
  for _, found in ipairs(old.quiet) do
    local topic, last = found[1], found[2]
    if may_retire(state, topic) then
      quiet = quiet + 1
      local ms, seq = parts(last)
      if not ms or above(ms, seq, state.ms, state.seq) then
        forget(state, topic, last)
      elseif ms < oldest then
        line = line + 1
        retire(state, topic, ms, seq, line)
      else
        keep(state, topic, ms)
      end
    end
  end
  return math.max(quiet, passed)
end
