-- Appending to the topics' logs.

local NEW_TOPIC = 1
local NO_RETRY = 'ffffffff'
local KEY_LIFETIME = 600000

-- Gives the next offset: the server's milliseconds, and a sequence where they stand still or went back.
local function tick(state)
  local first = tag_of(state.seq) * TAG
  if state.now > state.ms then
    state.ms, state.seq = state.now, first
  elseif state.seq < first + TAG - 1 then
    state.seq = state.seq + 1
  else
    state.ms, state.seq = state.ms + 1, first
  end
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
  local failed = try(unpack(command))
  if not failed then return end
  -- Not a stream, or one that is ahead of the clock: somebody else wrote it, and it can't be continued. A right that the
  -- user lacks leaves the log as it is.
  if string.find(failed, 'NOPERM', 1, true) then error({ err = failed }) end
  write('DEL', log)
  write(unpack(command))
end

-- Whether a log is to be trimmed by age, as XADD takes only one of the two limits: it is enough where the clock enters
-- another 64th of the age.
local function is_trim_due(state, age, previous_ms)
  local step = math.max(1, math.floor(age / 64))
  return state.now - state.now % step > previous_ms
end

-- Finds out where a topic stands, and whether the user may publish to it. `began` is the clock before this step. A topic
-- without a last offset stands at the floor, until `begin` finds out whether it is new.
local function look_at(state, age, topic, began)
  local log, live, key = state.key .. ':log:', state.key .. ':live:' .. topic, state.key
  local last = redis.call('HGET', key .. ':last', topic)
  local known = {
    log = log .. topic, live = live, is_new = not last, began = began, ms = state.floor_ms, seq = state.floor_seq,
  }
  if last then
    known.ms, known.seq = parts(last)
    -- Of a last offset that makes no sense nothing can be proved: as if the clock's last event had been the topic's.
    if not known.ms or above(known.ms, known.seq, began.ms, began.seq) then known.ms, known.seq = began.ms, began.seq end
    known.is_trimmed = is_trim_due(state, age, known.ms)
  end
  demand(log .. '*', 'XADD', known.log, '*', 'p', '')
  demand(key .. ':live:*', PUBLISH, live, '')
  demand(key .. ':last', 'HSET', key .. ':last', topic, '')
  if known.is_trimmed then demand(log .. '*', 'XTRIM', known.log, 'MINID', '0') end
  if known.is_new then demand(log .. '*', 'DEL', known.log) end
  if known.is_new or known.is_trimmed then
    demand(key .. ':retired', 'ZREM', key .. ':retired', topic)
    demand(key .. ':names', 'ZADD', key .. ':names', '0', topic)
    demand(key .. ':topics', 'ZADD', key .. ':topics', '0', topic)
  end
  return known
end

-- Decides whether a topic without a last offset is new. It is not if it was listed or in line, or if its log goes on after
-- the floor: somebody has deleted the offset, and nothing can be proved, as if the clock's last event had been the topic's.
local function begin(known, was_there)
  if not was_there then
    -- A log that goes on takes no entry right after the floor. One that does is left over from a history that is no more.
    local taken = redis.pcall('XADD', known.log, 'NOMKSTREAM', stream_id(known.ms, known.seq + 1), 'p', '')
    if type(taken) == 'string' then write('DEL', known.log) end
    if type(taken) ~= 'table' then return end
  end
  known.ms, known.seq = known.began.ms, known.began.seq
end

-- Appends an entry to a topic's log and tells the hubs. `lasts` gets the topic's last offset as soon as it is one.
local function append(state, count, age, entry, topic, known, lasts)
  -- A retired topic is remembered, and has had no event for so long that its log is due to be trimmed: only then is looked.
  local is_looked_for = known.is_new or known.is_trimmed
  local is_back = is_looked_for and write('ZREM', state.key .. ':retired', topic) == 1
  local is_unlisted = (known.is_new or is_back) and list(state, topic, entry.ms)
  if known.is_new then begin(known, is_back or not is_unlisted) end
  add_entry(known.log, count, entry, stream_id(known.ms, known.seq))
  lasts[topic] = entry.id
  if known.is_trimmed then
    try('XTRIM', known.log, 'MINID', '=', string.format('%.0f', math.max(0, state.now - age)))
  end
  write(PUBLISH, known.live, event_message(state.epoch, entry, known.ms, known.seq, is_unlisted))
  known.ms, known.seq, known.is_new, known.is_trimmed = entry.ms, entry.seq, false, false
end

-- The clock of the server was put back by more than a minute: how old the idempotency keys of before are can't be told
-- from their time to live any more, so they count as expired.
local function note_backward(state)
  local ms, seq
  if state.back then ms, seq = parts(state.back) end
  -- One above the clock is none that a hub has noted, and would outdate whatever key there will be.
  if ms and above(ms, seq, state.ms, state.seq) then ms, state.back = 0, '0-0' end
  if state.now + 60000 < state.ms and (ms or 0) < state.ms then state.back = stream_id(state.ms, state.seq) end
end

-- Whether the offset that an idempotency key has got is still to count. Whatever somebody has made of the key, it counts
-- no longer than it should, and only if this history can have given it.
local function counts(state, ms, seq)
  if above(ms, seq, state.ms, state.seq) or ms + KEY_LIFETIME < state.now then return false end
  local back_ms, back_seq = parts(state.back)
  return not back_ms or above(ms, seq, back_ms, back_seq)
end

-- The id that an idempotency key has got, if it is still to count.
local function id_of(state, key)
  local id = redis.pcall('GET', state.key .. ':key:' .. key)
  if type(id) == 'table' then
    if not is_wrong_type(reason_of(id)) then error({ err = id.err }) end
    -- Somebody else wrote it, and the next id takes its place.
    return nil
  end
  local epoch, high, low, seq = string.match(id or '', '^(%x+)%-(%x%x%x%x%x%x)(%x%x%x%x%x)(%x%x%x%x%x)$')
  if not is_epoch(epoch) or string.find(id, '%u') then return nil end
  return counts(state, tonumber(high, 16) * 1048576 + tonumber(low, 16), tonumber(seq, 16)) and id or nil
end

-- Appends entries, and then keeps the topics' last offsets and the idempotency keys: also of those that were appended
-- before something failed after all, so that the logs stay whole and a repeat finds them.
local function store(state, count, age, entries, topics)
  local lasts, stored = {}, 0
  local done, failure = pcall(function()
    for i, entry in ipairs(entries) do
      for _, topic in ipairs(entry.topics) do append(state, count, age, entry, topic, topics[topic], lasts) end
      stored = i
    end
  end)
  for topic, last in pairs(lasts) do
    local failed = try('HSET', state.key .. ':last', topic, last)
    if failed and done then done, failure = false, { err = failed } end
  end
  for i = 1, stored do
    local entry = entries[i]
    local failed = entry.key ~= '' and try('SET', state.key .. ':key:' .. entry.key, entry.place, 'PX', KEY_LIFETIME)
    if failed and done then done, failure = false, { err = failed } end
  end
  if not done then error(failure) end
end

-- Publishes entries in one step, each { topics, key, name, retry, data }, and returns their ids, whether each
-- repeats an idempotency key, and how many were stored. Whatever can be refused is refused before the first write.
local function publish(state, count, age, entries)
  local ids, repeats, fresh, keys, topics = {}, {}, {}, {}, {}
  local began = { ms = state.ms, seq = state.seq }
  note_backward(state)
  for i, entry in ipairs(entries) do
    local known = entry.key ~= '' and (keys[entry.key] or id_of(state, entry.key))
    if known then
      ids[i], repeats[i] = known, 1
    else
      tick(state)
      entry.ms, entry.seq, entry.id, entry.place = state.ms, state.seq, stream_id(state.ms, state.seq), place(state)
      ids[i], repeats[i] = entry.place, 0
      if entry.key ~= '' then
        keys[entry.key] = entry.place
        demand(state.key .. ':key:*', 'SET', state.key .. ':key:' .. entry.key, '')
      end
      for _, topic in ipairs(entry.topics) do topics[topic] = topics[topic] or look_at(state, age, topic, began) end
      fresh[#fresh + 1] = entry
    end
  end
  if #fresh == 0 then return ids, repeats, 0 end
  -- The first write, and one that a server out of memory refuses; what follows it is refused nothing.
  save_clock(state)
  store(state, count, age, fresh, topics)
  return ids, repeats, #fresh
end
