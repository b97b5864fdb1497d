-- Epochs and offsets, and how they are written: the beginning of every script.
--
-- Numbers are doubles in Lua, exact up to 2^53: 64-bit epochs and offsets are kept as two parts, and written with %x and %d of
-- those, never with tostring. What redis.call is given as a number it writes with all 17 digits.

-- The format of the keys, and that of the channels' messages.
local FORMAT = 2
local MESSAGE_FORMAT = 1
local HALF = 4294967296
local MAX_MS = 17592186044415
local MAX_SEQ = 1048575
-- A sequence is the tag of the reign that gave it, times this, and how many offsets the millisecond had before.
local TAG = 1024
-- The highest clock of a state that makes sense: there is always room for more events after it.
local LAST_MS = MAX_MS - HALF
-- The most bytes of an event's data, whatever the hubs are set to.
local LARGEST = 33554432

-- Reads a whole number as the hubs write it; nil for anything else.
local function number(text)
  return text and #text <= 15 and (text == '0' or string.find(text, '^[1-9]%d*$')) and tonumber(text) or nil
end

-- 16 hexadecimal digits of an offset: 44 bits of milliseconds, 20 of sequence, of which the upper 10 are the reign's tag.
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
  return MESSAGE_FORMAT .. kind .. epoch .. hex_offset(ms, seq)
end

local function place(state)
  return state.epoch .. '-' .. hex_offset(state.ms, state.seq)
end

