-- The partition's state, which every other script begins with: which epoch it is, and where the clock stands.
--
-- All keys and channels derive from the one declared key, PREFIX:{0}. Numbers are doubles in Lua, exact up to 2^53:
-- 64-bit epochs and offsets are kept as two parts, and written with %x and %d of those, never with tostring. What
-- redis.call is given as a number it writes with all 17 digits.

-- Redis does not take back what a script has written before it fails. So whatever can fail is found out before the first
-- write: what is there is read, and rights are asked for with `demand`. Every write goes through `write` or `try`, so that
-- `finish` knows whether an error came before the first one.

local FORMAT = 1
local HALF = 4294967296
local MAX_MS = 17592186044415
local MAX_SEQ = 1048575
-- The highest clock of a state that makes sense: there is always room for more events after it.
local LAST_MS = MAX_MS - HALF
-- The most bytes of an event's data, whatever the hubs are set to.
local LARGEST = 33554432

local written = false

-- Carries out a command that writes, or fails.
local function write(...)
  local answer = redis.call(...)
  written = true
  return answer
end

-- An error's code and text. Redis 6.2 gives the errors of commands as texts, with the place in the script in front; and
-- some releases have no code for a right that is missing.
local function reason_of(failure)
  local reason = type(failure) == 'table' and failure.err or tostring(failure)
  reason = string.match(reason, '^@?user_script: ?%d+: %-?(.*)$') or reason
  local missing = string.match(reason, 'The user executing the script (.*)$')
  if missing then return 'NOPERM hub: the user ' .. missing end
  return string.find(reason, '^%u+ ') and reason or 'ERR hub: ' .. reason
end

-- Carries out a command that writes, and answers its error if there is one.
local function try(...)
  local answer = redis.pcall(...)
  if type(answer) == 'table' and answer.err then return reason_of(answer) end
  written = true
end

-- Whether the caller's user may carry out a command. Servers before 7.0 don't tell, and are taken to allow it: `refusal`
-- has looked there.
local function may(...)
  if not redis.acl_check_cmd then return true end
  local known, allowed = pcall(redis.acl_check_cmd, ...)
  return known and allowed
end

-- Fails before the first write for lack of a right: `name` stands for the keys or channels in the answer.
local function demand(name, command, ...)
  if not may(command, ...) then error({ err = 'NOPERM hub: the user may not ' .. command .. ' ' .. name }) end
end

local function is_wrong_type(reason)
  return string.find(reason, 'WRONGTYPE', 1, true) == 1
end

-- Whether one of the keys that all topics share has another type than the hubs give it.
local function has_wrong_type(key)
  for _, command in ipairs({
    { 'HGET', key .. ':state', 'v' }, { 'HGET', key .. ':last', '' }, { 'ZRANGEBYSCORE', key .. ':topics', 1, 0 },
    { 'ZRANGEBYSCORE', key .. ':names', 1, 0 }, { 'ZRANGEBYSCORE', key .. ':retired', 1, 0 },
  }) do
    local answer = redis.pcall(unpack(command))
    if type(answer) == 'table' and answer.err and is_wrong_type(reason_of(answer)) then return true end
  end
  return false
end

-- If somebody has put something else in the place of a key that all topics share, makes the state one that makes no sense:
-- whoever enters it drops those keys, and begins a new epoch, which tells everybody that what they said is gone.
local function give_up_state(key)
  if not has_wrong_type(key) then return false end
  local failed = try('HDEL', key .. ':state', 'floor')
  if failed and is_wrong_type(failed) then failed = try('DEL', key .. ':state') end
  return not failed
end

-- Runs a script. An error before the first write is answered as it is: nothing was done. After it, nobody knows.
local function finish(key, main)
  written = false
  local done, answer = pcall(main)
  if done then return answer end
  local reason, is_partial = reason_of(answer), written
  if is_wrong_type(reason) and give_up_state(key) and not is_partial then
    written = false
    done, answer = pcall(main)
    if done then return answer end
    reason, is_partial = reason_of(answer), written
  end
  if is_partial then reason = 'UNKNOWN hub: failed after the first write: ' .. reason end
  return { err = reason }
end

-- Reads a whole number as the hubs write it; nil for anything else.
local function number(text)
  return text and #text <= 15 and (text == '0' or string.find(text, '^[1-9]%d*$')) and tonumber(text) or nil
end

-- 16 hexadecimal digits of an offset: 44 bits of milliseconds, 20 of sequence.
local function hex_offset(ms, seq)
  return string.format('%06x%05x%05x', math.floor(ms / 1048576), ms % 1048576, seq)
end

local function stream_id(ms, seq)
  return string.format('%.0f-%d', ms, seq)
end

-- Reads `ms-seq`; nil for anything else, which somebody else must have written to the hub's keys.
local function parts(id)
  local ms, seq = string.match(id or '', '^(%d+)-(%d+)$')
  ms, seq = number(ms), number(seq)
  if ms and seq and ms <= MAX_MS and seq <= MAX_SEQ then return ms, seq end
end

local function above(ms, seq, other_ms, other_seq)
  return ms > other_ms or (ms == other_ms and seq > other_seq)
end

-- The highest ones are of no hub, but of somebody who left no room for those that must follow.
local function is_epoch(epoch)
  return epoch and #epoch == 16 and not string.find(epoch, '[^0-9a-f]') and not string.find(epoch, '^ffff')
end

-- Compared as numbers: the order of strings depends on the locale of the server.
local function epoch_parts(epoch)
  local high, low = string.match(epoch, '^(%x%x%x%x%x%x%x%x)(%x%x%x%x%x%x%x%x)$')
  if not high then error({ err = 'ERR hub: malformed epoch' }) end
  return tonumber(high, 16), tonumber(low, 16)
end

local function epoch_above(epoch, other)
  local high, low = epoch_parts(epoch)
  return above(high, low, epoch_parts(other))
end

-- An epoch of the server's time and the caller's entropy, and in any case above the given ones.
local function new_epoch(seconds, micros, entropy, ...)
  local time = seconds * 1000000 + micros
  local high = math.floor(time / 1048576)
  local low = time % 1048576 * 4096 + tonumber(entropy, 16) % 4096
  for _, epoch in ipairs({ ... }) do
    local other_high, other_low = epoch_parts(epoch)
    if not above(high, low, other_high, other_low) then high, low = other_high, other_low + 1 end
    if low >= HALF then high, low = high + 1, low - HALF end
  end
  return string.format('%08x%08x', high, low)
end

-- The compact message of every channel: format, kind, epoch and offset in 34 bytes of fixed width.
local function message(kind, epoch, ms, seq)
  return FORMAT .. kind .. epoch .. hex_offset(ms, seq)
end

local function place(state)
  return state.epoch .. '-' .. hex_offset(state.ms, state.seq)
end

-- Begins a new epoch. The clock never goes back, so that stale ids never name a new event.
local function rotate(state, caller)
  demand(state.key .. ':state', 'HDEL', state.key .. ':state', 'fork')
  demand(state.key .. ':state', 'HSET', state.key .. ':state', 'v', '')
  demand(state.key .. ':control', 'PUBLISH', state.key .. ':control', '')
  local epoch = caller.epoch ~= '' and caller.epoch or '0000000000000000'
  state.epoch = new_epoch(state.seconds, state.micros, caller.entropy, epoch, state.epoch or state.broken or epoch)
  if caller.ms <= LAST_MS and above(caller.ms, caller.seq, state.ms, state.seq) then
    state.ms, state.seq = caller.ms, caller.seq
  end
  if state.now > state.ms then state.ms, state.seq = state.now, 0 end
  -- A server that is out of memory lets a script delete first, and then the rest of it pass: replay goes on.
  write('HDEL', state.key .. ':state', 'fork', 'resume')
  write('HSET', state.key .. ':state', 'v', FORMAT, 'epoch', state.epoch, 'ms', string.format('%.0f', state.ms),
    'seq', state.seq, 'floor', stream_id(state.floor_ms or state.ms, state.floor_seq or state.seq))
  state.fork, state.resume = nil, nil
  write('PUBLISH', state.key .. ':control', message('c', state.epoch, state.ms, state.seq))
end

local function save_clock(state)
  if state.back then
    write('HSET', state.key .. ':state', 'ms', state.ms, 'seq', state.seq, 'back', state.back)
  else
    write('HSET', state.key .. ':state', 'ms', state.ms, 'seq', state.seq)
  end
end

-- Reads the state. One that makes no sense counts as none, but that a new epoch will be above its own.
local function read_state(key)
  local fields = redis.call('HMGET', key .. ':state', 'v', 'epoch', 'ms', 'seq', 'floor', 'fork', 'resume', 'run', 'back')
  local time = redis.call('TIME')
  local state = { key = key, seconds = tonumber(time[1]), micros = tonumber(time[2]), ms = 0, seq = 0 }
  state.now = state.seconds * 1000 + math.floor(state.micros / 1000)
  if state.now > LAST_MS then error({ err = 'ERR hub: the clock of the server is beyond the year 2500' }) end
  if not fields[2] then return state end
  if (number(fields[1]) or FORMAT) > FORMAT then
    error({ err = 'ERR hub: the keys were written by a newer release, upgrade this one' })
  end
  if not is_epoch(fields[2]) then return state end
  local ms, seq = number(fields[3]), number(fields[4])
  local floor_ms, floor_seq = parts(fields[5])
  if not ms or not seq or ms > LAST_MS or seq > MAX_SEQ or not floor_ms or above(floor_ms, floor_seq, ms, seq) then
    state.broken = fields[2]
    return state
  end
  state.epoch, state.ms, state.seq, state.run, state.back = fields[2], ms, seq, fields[8], fields[9]
  state.floor_ms, state.floor_seq = floor_ms, floor_seq
  if parts(fields[6]) and parts(fields[7]) then state.fork, state.resume = fields[6], fields[7] end
  return state
end

-- Whether the caller was told of an offset that this history has not given: after the clock, or in the gap that the
-- clock jumped over when the server was started anew.
local function has_lost(state, caller)
  if above(caller.ms, caller.seq, state.ms, state.seq) then return true end
  if not state.fork then return false end
  local fork_ms, fork_seq = parts(state.fork)
  local resume_ms, resume_seq = parts(state.resume)
  return above(caller.ms, caller.seq, fork_ms, fork_seq) and above(resume_ms, resume_seq, caller.ms, caller.seq)
end

-- Forgets what an older state left: without the clock that gave those offsets they prove nothing.
local function forget_logs(key)
  write('DEL', key .. ':last', key .. ':topics', key .. ':names', key .. ':retired')
end

-- Reads the state, and begins a new epoch if there is none, or if it is older than what the caller has seen.
-- A caller of a lower epoch is merely late: the answer tells it the epoch in force.
local function enter(key, caller)
  local state = read_state(key)
  if not state.epoch then
    demand(key .. ':*', 'DEL', key .. ':last', key .. ':topics', key .. ':names', key .. ':retired')
    rotate(state, caller)
    forget_logs(key)
    state.floor_ms, state.floor_seq = state.ms, state.seq
  elseif caller.epoch ~= '' and caller.epoch ~= state.epoch then
    if epoch_above(caller.epoch, state.epoch) then rotate(state, caller) end
  elseif caller.epoch ~= '' and has_lost(state, caller) then
    rotate(state, caller)
  end
  return state
end

-- Whether a topic is there: neither unknown nor retired.
local function is_listed(key, topic)
  return #redis.call('ZRANGEBYLEX', key .. ':names', '[' .. topic, '[' .. topic) == 1
end

-- Carries out every command of the scripts where it does nothing, and answers what keeps the hubs from working, or false.
-- No topic and no idempotency key is the empty text.
local function first_refusal(key)
  local log, kept = key .. ':log:', key .. ':key:'
  for _, command in ipairs({
    { 'HSETNX', key .. ':state', 'v', FORMAT }, { 'HDEL', key .. ':state', '' }, { 'HMGET', key .. ':state', 'v' },
    { 'HGET', key .. ':last', '' }, { 'HDEL', key .. ':last', '' },
    { 'ZADD', key .. ':names', 'XX', 0, '' }, { 'ZREM', key .. ':names', '' },
    { 'ZADD', key .. ':topics', 'XX', 0, '' }, { 'ZREM', key .. ':topics', '' },
    { 'ZADD', key .. ':retired', 'XX', 0, '' }, { 'ZREM', key .. ':retired', '' },
    { 'ZRANGEBYLEX', key .. ':names', '+', '-', 'LIMIT', 0, 1 },
    { 'ZRANGEBYSCORE', key .. ':topics', 1, 0, 'LIMIT', 0, 1 },
    { 'ZRANGEBYSCORE', key .. ':retired', 1, 0, 'LIMIT', 0, 1 },
    { 'XADD', log, 'NOMKSTREAM', '*', 'p', '' }, { 'XTRIM', log, 'MAXLEN', 0 }, { 'XLEN', log },
    { 'XRANGE', log, '-', '+', 'COUNT', 1 }, { 'XREVRANGE', log, '+', '-', 'COUNT', 1 },
    { 'DEL', log }, { 'UNLINK', log }, { 'GET', kept }, { 'SET', kept, '', 'XX' }, { 'PUBLISH', key .. ':live:', '' },
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
