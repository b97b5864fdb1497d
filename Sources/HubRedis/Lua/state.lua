-- The partition's state, which every other script begins with: which epoch it is, and where the clock stands.
--
-- A caller declares every key that its step may touch, so that a server of a cluster which is handing them over refuses the
-- step (TRYAGAIN, ASK) and never does half of it: KEYS is `state`, `last`, `topics`, `names`, `retired`, and what else the script
-- says. All their names, and those of the channels, begin with KEY, which is PREFIX:{0}.

-- What is tried in place of a topic: no topic has control characters.
local NOBODY = '\1'

-- Begins a new epoch. The clock never goes back, so that stale ids never name a new event.
local function rotate(state, caller)
  demand(state.key .. ':state', 'HDEL', state.key .. ':state', 'fork')
  demand(state.key .. ':state', 'HSET', state.key .. ':state', 'v', '')
  demand(state.key .. ':control', PUBLISH, state.key .. ':control', '')
  local epoch = caller.epoch ~= '' and caller.epoch or '0000000000000000'
  local is_new = not state.epoch
  state.epoch = new_epoch(state.seconds, state.micros, caller.entropy, epoch, state.epoch or state.broken or epoch)
  if caller.ms <= LAST_MS and above(caller.ms, caller.seq, state.ms, state.seq) then
    state.ms, state.seq = caller.ms + 1, tag_of(state.seq) * TAG
  end
  if state.now > state.ms then state.ms, state.seq = state.now, tag_of(state.seq) * TAG end
  if is_new then add_reign(state, caller) end
  -- A server that is out of memory lets a script delete first, and then the rest of it pass: replay goes on.
  write('HDEL', state.key .. ':state', '')
  write('HSET', state.key .. ':state', 'v', FORMAT, 'epoch', state.epoch, 'ms', string.format('%.0f', state.ms),
    'seq', state.seq, 'reigns', state.reigns, 'floor',
    stream_id(state.floor_ms or state.ms, state.floor_seq or state.seq))
  write(PUBLISH, state.key .. ':control', message('c', state.epoch, state.ms, state.seq))
end

-- Reads the state. One that makes no sense counts as none, but that a new epoch will be above its own.
local function read_state(key)
  local fields = redis.call('HMGET', key .. ':state', 'v', 'epoch', 'ms', 'seq', 'floor', 'reigns', 'replid', 'back',
    'fork', 'resume')
  local time = redis.call('TIME')
  local state = { key = key, seconds = tonumber(time[1]), micros = tonumber(time[2]), ms = 0, seq = 0 }
  state.now = state.seconds * 1000 + math.floor(state.micros / 1000)
  if state.now > LAST_MS then error({ err = 'ERR hub: the clock of the server is beyond the year 2500' }) end
  if not fields[2] then return state end
  local format = number(fields[1]) or FORMAT
  if format > FORMAT then
    error({ err = 'ERR hub: the keys were written by a newer release, upgrade this one' })
  end
  if not is_epoch(fields[2]) then return state end
  local ms, seq = number(fields[3]), number(fields[4])
  local floor_ms, floor_seq = parts(fields[5])
  state.is_untagged = format < FORMAT
  state.reigns = state.is_untagged and untagged_reigns(fields[9], fields[10]) or fields[6]
  if not ms or not seq or ms > LAST_MS or seq > MAX_SEQ or not floor_ms or above(floor_ms, floor_seq, ms, seq)
    or not state.reigns then
    state.broken, state.reigns = fields[2], nil
    return state
  end
  state.epoch, state.ms, state.seq, state.replid, state.back = fields[2], ms, seq, fields[7], fields[8]
  state.floor_ms, state.floor_seq = floor_ms, floor_seq
  return state
end

-- Keeps the keys that all topics share from vanishing when no topic is in them: while a server hands over keys, one that is
-- not there counts as handed over. No topic has this name, and nobody asks for it.
local function keep_keys(key)
  write('HSET', key .. ':last', '', '')
  write('ZADD', key .. ':topics', 'NX', '+inf', '')
  write('ZADD', key .. ':names', 'NX', '0', '')
  write('ZADD', key .. ':retired', 'NX', '+inf', '')
end

-- Forgets what an older state left: without the clock that gave those offsets they prove nothing.
local function forget_logs(key)
  write('DEL', key .. ':last', key .. ':topics', key .. ':names', key .. ':retired')
  keep_keys(key)
end

-- Reads the state, and begins a new epoch if there is none, or if it is older than what the caller has seen.
-- A caller of a lower epoch is merely late: the answer tells it the epoch in force. If `replid` is given and not that of the
-- server that gave offsets until now, this one begins a reign first, of which the caller has seen nothing.
local function enter(key, caller, replid)
  local state = read_state(key)
  if not state.epoch then
    demand(key .. ':*', 'DEL', key .. ':last', key .. ':topics', key .. ':names', key .. ':retired')
    demand(key .. ':last', 'HSET', key .. ':last', '', '')
    demand(key .. ':names', 'ZADD', key .. ':names', '0', '')
    rotate(state, caller)
    forget_logs(key)
    state.floor_ms, state.floor_seq = state.ms, state.seq
    if replid then write('HSET', key .. ':state', 'replid', replid) end
    return state
  end
  if state.is_untagged or replid and replid ~= state.replid then begin_reign(state, caller, replid or '') end
  if caller.epoch == '' then return state end
  if caller.epoch ~= state.epoch then
    if epoch_above(caller.epoch, state.epoch) then rotate(state, caller) end
  elseif is_rolled_back(state, caller) then
    rotate(state, caller)
  end
  return state
end

-- Whether a topic is there: neither unknown nor retired.
local function is_listed(key, topic)
  return #redis.call('ZRANGEBYLEX', key .. ':names', '[' .. topic, '[' .. topic) == 1
end

-- Carries out every command of the scripts where it does nothing, and answers what keeps the hubs from working, or false.
-- No idempotency key and no topic's log has the empty text for a name.
local function first_refusal(key)
  local log, kept = key .. ':log:', key .. ':key:'
  for _, command in ipairs({
    -- First one that a server out of memory refuses: once something was deleted, it lets everything pass.
    { 'ZADD', key .. ':names', 'XX', 0, NOBODY }, { 'ZREM', key .. ':names', NOBODY },
    { 'HDEL', key .. ':state', '' }, { 'HMGET', key .. ':state', 'v' },
    { 'HGET', key .. ':last', NOBODY }, { 'HDEL', key .. ':last', NOBODY },
    { 'ZADD', key .. ':topics', 'XX', 0, NOBODY }, { 'ZREM', key .. ':topics', NOBODY },
    { 'ZADD', key .. ':retired', 'XX', 0, NOBODY }, { 'ZREM', key .. ':retired', NOBODY },
    { 'ZRANGEBYLEX', key .. ':names', '+', '-', 'LIMIT', 0, 1 },
    { 'ZRANGEBYSCORE', key .. ':topics', 1, 0, 'LIMIT', 0, 1 },
    { 'ZRANGEBYSCORE', key .. ':retired', 1, 0, 'LIMIT', 0, 1 },
    { 'XADD', log, 'NOMKSTREAM', '*', 'p', '' }, { 'XTRIM', log, 'MAXLEN', 0 }, { 'XLEN', log },
    { 'XRANGE', log, '-', '+', 'COUNT', 1 }, { 'XREVRANGE', log, '+', '-', 'COUNT', 1 },
    { 'DEL', log }, { 'UNLINK', log }, { 'GET', kept }, { 'SET', kept, '', 'XX' }, { PUBLISH, key .. ':live:', '' },
  }) do
    local answer = redis.pcall(unpack(command))
    if type(answer) == 'table' and answer.err then
      return reason_of(answer) .. ' (' .. command[1] .. ' ' .. command[2] .. ')'
    end
  end
  -- HSET always writes, so it can't be tried.
  if not may('HSET', key .. ':last', '', '') then return 'NOPERM hub: the user may not HSET ' .. key .. ':last' end
  return false
end

-- Why the hubs can't work with the server, or false.
local function refusal(key)
  local refused = first_refusal(key)
  if not refused or not is_wrong_type(refused) then return refused end
  if give_up_state(key) then
    -- Whoever enters next would do so; until then nothing of them is wanted.
    forget_logs(key)
  else
    -- Of what was tried, only these are left, and they are nobody's.
    try('DEL', key .. ':log:', key .. ':key:')
  end
  return first_refusal(key)
end

-- The first four arguments of every call of a hub: its epoch ('' if it knows none), the highest offset that Redis
-- itself has told it, as two numbers, and 3 hexadecimal digits of entropy.
local function caller_of(argv)
  local caller = { epoch = argv[1], ms = number(argv[2]), seq = number(argv[3]), entropy = argv[4] }
  local knows = caller.epoch == '' or is_epoch(caller.epoch)
  if not knows or not caller.ms or not caller.seq or not tonumber(caller.entropy or '', 16) then
    error({ err = 'ERR hub: malformed call' })
  end
  return caller
end
