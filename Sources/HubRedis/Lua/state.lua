-- The partition's state, which every other script begins with: which epoch it is, and where the clock stands.
--
-- All keys and channels derive from the one declared key, PREFIX:{0}. Numbers are doubles in Lua, exact up to 2^53:
-- 64-bit epochs and offsets are kept as two parts, and written with %x and %d of those, never with tostring. What
-- redis.call is given as a number it writes with all 17 digits.

local FORMAT = 1
local HALF = 4294967296
local MAX_MS = 17592186044415
local MAX_SEQ = 1048575

-- 16 hexadecimal digits of an offset: 44 bits of milliseconds, 20 of sequence.
local function hex_offset(ms, seq)
  return string.format('%06x%05x%05x', math.floor(ms / 1048576), ms % 1048576, seq)
end

local function stream_id(ms, seq)
  return string.format('%.0f-%d', ms, seq)
end

-- Reads `ms-seq`; anything else is an error of the caller, or of whoever wrote to the hub's keys.
local function parts(id)
  local ms, seq = string.match(id or '', '^(%d+)-(%d+)$')
  ms, seq = tonumber(ms), tonumber(seq)
  if not ms or ms > MAX_MS or seq > MAX_SEQ then error({ err = 'ERR hub: malformed offset' }) end
  return ms, seq
end

local function above(ms, seq, other_ms, other_seq)
  return ms > other_ms or (ms == other_ms and seq > other_seq)
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
  local epoch = caller.epoch ~= '' and caller.epoch or '0000000000000000'
  state.epoch = new_epoch(state.seconds, state.micros, caller.entropy, epoch, state.epoch or epoch)
  if above(caller.ms, caller.seq, state.ms, state.seq) then state.ms, state.seq = caller.ms, caller.seq end
  if state.now > state.ms then state.ms, state.seq = state.now, 0 end
  -- A server that is out of memory lets a script delete first, and then the rest of it pass: replay goes on.
  redis.call('HDEL', state.key .. ':state', 'fork', 'resume')
  redis.call('HSET', state.key .. ':state', 'v', FORMAT, 'epoch', state.epoch, 'ms', string.format('%.0f', state.ms),
    'seq', state.seq, 'floor', stream_id(state.floor_ms or state.ms, state.floor_seq or state.seq))
  state.fork, state.resume = nil, nil
  redis.call('PUBLISH', state.key .. ':control', message('c', state.epoch, state.ms, state.seq))
end

local function save_clock(state)
  redis.call('HSET', state.key .. ':state', 'ms', state.ms, 'seq', state.seq)
end

local function read_state(key)
  local fields = redis.call('HMGET', key .. ':state', 'v', 'epoch', 'ms', 'seq', 'floor', 'fork', 'resume', 'run')
  local time = redis.call('TIME')
  local state = { key = key, seconds = tonumber(time[1]), micros = tonumber(time[2]), ms = 0, seq = 0 }
  state.now = state.seconds * 1000 + math.floor(state.micros / 1000)
  if state.now >= MAX_MS then error({ err = 'ERR hub: the clock of the server is beyond the year 2500' }) end
  if not fields[2] then return state end
  if tonumber(fields[1]) > FORMAT then
    error({ err = 'ERR hub: the keys were written by a newer release, upgrade this one' })
  end
  state.epoch, state.ms, state.seq = fields[2], tonumber(fields[3]), tonumber(fields[4])
  state.floor_ms, state.floor_seq = parts(fields[5])
  state.fork, state.resume, state.run = fields[6], fields[7], fields[8]
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
  redis.call('DEL', key .. ':last', key .. ':topics', key .. ':names')
end

-- Reads the state, and begins a new epoch if there is none, or if it is older than what the caller has seen.
-- A caller of a lower epoch is merely late: the answer tells it the epoch in force.
local function enter(key, caller)
  local state = read_state(key)
  if not state.epoch then
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

-- Why the server refuses writes, or nil. HSETNX of a field that is there is a write like any other, and does nothing.
local function refusal(key)
  local answer = redis.pcall('HSETNX', key .. ':state', 'v', FORMAT)
  return type(answer) == 'table' and answer.err or false
end

-- The first four arguments of every call of a hub: its epoch ('' if it knows none), the highest offset that Redis
-- itself has told it, as two numbers, and 3 hexadecimal digits of entropy.
local function caller_of(argv)
  local caller = { epoch = argv[1], ms = tonumber(argv[2]), seq = tonumber(argv[3]), entropy = argv[4] }
  if not caller.ms or not caller.seq or not tonumber(caller.entropy or '', 16) then
    error({ err = 'ERR hub: malformed call' })
  end
  return caller
end
