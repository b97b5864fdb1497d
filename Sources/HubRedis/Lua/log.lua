-- Appending to the topics' logs, and forgetting topics whose events have all passed their age.

local NEW_TOPIC = 1
local NO_RETRY = 'ffffffff'

-- Gives the next offset: the server's milliseconds, and a sequence where they stand still or went back.
local function tick(state)
  if state.now > state.ms then
    state.ms, state.seq = state.now, 0
  elseif state.seq < MAX_SEQ then
    state.seq = state.seq + 1
  else
    state.ms, state.seq = state.ms + 1, 0
  end
end

-- Forgets one topic and its last offset. Topics that are not there have had no event after the floor.
local function retire(state, topic, last)
  -- Deleting comes first: a server that is out of memory lets it pass, and the rest of the script with it.
  redis.call('UNLINK', state.key .. ':log:' .. topic)
  redis.call('ZREM', state.key .. ':topics', topic)
  redis.call('ZREM', state.key .. ':names', topic)
  if not last then return end
  redis.call('HDEL', state.key .. ':last', topic)
  local ms, seq = parts(last)
  if above(ms, seq, state.floor_ms, state.floor_seq) then
    state.floor_ms, state.floor_seq = ms, seq
    redis.call('HSET', state.key .. ':state', 'floor', last)
  end
  redis.call('PUBLISH', state.key .. ':live:' .. topic, message('r', state.epoch, ms, seq))
end

-- Looks at `limit` topics at most whose first event, or the last one at an earlier look, is older than `age` milliseconds;
-- retires those that have had none since, and says at how many it looked.
local function retire_old(state, age, limit)
  local oldest = state.now - age
  local before = string.format('(%.0f', oldest)
  local topics = redis.call('ZRANGEBYSCORE', state.key .. ':topics', '-inf', before, 'LIMIT', 0, limit)
  for _, topic in ipairs(topics) do
    local last = redis.call('HGET', state.key .. ':last', topic)
    local ms = last and parts(last) or 0
    if ms < oldest then
      retire(state, topic, last)
    else
      -- A server that is out of memory lets the deletion pass, and what follows it.
      redis.call('ZREM', state.key .. ':topics', topic)
      redis.call('ZADD', state.key .. ':topics', ms, topic)
    end
  end
  return #topics
end

-- The rest of an event's message: previous offset, flags, retry and length of the name, 64 bytes with what `message`
-- writes; then the name, then the data.
local function event_message(epoch, entry, previous_ms, previous_seq, is_new)
  local retry = entry.retry ~= '' and string.format('%08x', entry.retry) or NO_RETRY
  return message('e', epoch, entry.ms, entry.seq) .. hex_offset(previous_ms, previous_seq)
    .. string.format('%02x%s%04x', is_new and NEW_TOPIC or 0, retry, #entry.name) .. entry.name .. entry.data
end

local function add_entry(log, count, entry, previous)
  local exactness = count > 1000 and '~' or '='
  local command = { 'XADD', log, 'MAXLEN', exactness, count, entry.id, 'p', previous, 'd', entry.data }
  if entry.name ~= '' then
    command[#command + 1], command[#command + 2] = 'e', entry.name
  end
  if entry.retry ~= '' then
    command[#command + 1], command[#command + 2] = 'r', entry.retry
  end
  local answer = redis.pcall(unpack(command))
  if type(answer) == 'table' and answer.err then
    -- Not a stream, or one that is ahead of the clock: somebody else wrote it, and it can't be continued. Any other error,
    -- such as a right that the user lacks, leaves the log as it is.
    if not string.find(answer.err, 'WRONGTYPE', 1, true) and not string.find(answer.err, 'equal or smaller', 1, true) then
      error(answer)
    end
    redis.call('DEL', log)
    redis.call(unpack(command))
  end
end

-- Trims a log by age: XADD takes only one of the two limits. It is enough where the clock enters another 64th of the age.
local function trim(state, age, log, previous_ms)
  local step = math.max(1, math.floor(age / 64))
  if state.now - state.now % step <= previous_ms then return end
  redis.call('XTRIM', log, 'MINID', '=', string.format('%.0f', math.max(0, state.now - age)))
end

-- Appends an entry to a topic's log and tells the hubs. `lasts` remembers the topics' last offsets during the call.
local function append(state, count, age, entry, topic, lasts)
  local log = state.key .. ':log:' .. topic
  local previous = lasts[topic] or redis.call('HGET', state.key .. ':last', topic)
  local is_new = not previous
  if is_new then
    previous = stream_id(state.floor_ms, state.floor_seq)
    redis.call('DEL', log)
    redis.call('ZADD', state.key .. ':names', 0, topic)
    redis.call('ZADD', state.key .. ':topics', entry.ms, topic)
  end
  local ms, seq = parts(previous)
  add_entry(log, count, entry, previous)
  if not is_new then trim(state, age, log, ms) end
  lasts[topic] = entry.id
  redis.call('PUBLISH', state.key .. ':live:' .. topic, event_message(state.epoch, entry, ms, seq, is_new))
end

-- Publishes entries in one step, each { topics, key, name, retry, data }, and returns their ids and whether each
-- repeats an idempotency key. Whatever can be refused is refused before the first write.
local function publish(state, count, age, entries)
  local ids, repeats, fresh, keys, began = {}, {}, {}, {}, state.ms
  for i, entry in ipairs(entries) do
    local known = entry.key ~= '' and (keys[entry.key] or redis.call('GET', state.key .. ':key:' .. entry.key))
    if known then
      ids[i], repeats[i] = known, 1
    else
      tick(state)
      entry.ms, entry.seq, entry.id = state.ms, state.seq, stream_id(state.ms, state.seq)
      ids[i], repeats[i] = place(state), 0
      if entry.key ~= '' then keys[entry.key] = ids[i] end
      fresh[#fresh + 1] = entry
    end
  end
  if #fresh == 0 then return ids, repeats end
  -- The first write, and one that a server out of memory refuses; what follows it is refused nothing.
  save_clock(state)
  -- At most ten times a second: the hubs look for old topics too, but need not be there.
  if state.ms - state.ms % 100 > began then retire_old(state, age, 32) end
  local lasts = {}
  for _, entry in ipairs(fresh) do
    for _, topic in ipairs(entry.topics) do append(state, count, age, entry, topic, lasts) end
  end
  for topic, last in pairs(lasts) do redis.call('HSET', state.key .. ':last', topic, last) end
  for key, id in pairs(keys) do redis.call('SET', state.key .. ':key:' .. key, id, 'PX', 600000) end
  return ids, repeats
end
