-- KEYS: the topic's log. ARGV: the caller, topic, 'tail' or the offset (`ms-seq`) to read after, how many entries, how many bytes of data.
-- Answers { place, floor, last or nil, 1 if there is more, entries in rising order as XRANGE gives them, and the reigns }. An
-- entry that is larger than any event may be, or has more fields, comes without its fields, so that the hub passes it over.

local CHUNK = 32

local function size(entry)
  local bytes = 0
  for _, field in ipairs(entry[2]) do bytes = bytes + #field end
  return bytes
end

-- Reads on in one direction from an edge that is not included, a chunk at a time, since large events must not be
-- materialised by the hundred: twice as many each time, and no more than the average says will fit. Stops one entry beyond
-- the limits, which tells that there is more.
local function collect(command, log, edge, stop, limit, budget)
  local entries, bytes, chunk = {}, 0, 1
  while true do
    local some = redis.pcall(command, log, edge, stop, 'COUNT', chunk)
    if some.err then
      -- Not a stream: somebody else wrote it, and the next event will take its place.
      if string.find(some.err, 'WRONGTYPE', 1, true) then return {}, 0 end
      error({ err = some.err })
    end
    for _, entry in ipairs(some) do
      local more = size(entry)
      if #entries == limit or (bytes + more > budget and #entries > 0) then return entries, 1 end
      bytes = bytes + more
      if more > LARGEST + 65536 or #entry[2] > 64 then entry = { entry[1], {} } end
      entries[#entries + 1] = entry
    end
    if #some < chunk then return entries, 0 end
    edge = '(' .. some[#some][1]
    local average = math.max(64, bytes / #entries)
    local fitting = math.floor(math.max(0, budget - bytes) / average) + 1
    chunk = math.max(1, math.min(chunk * 2, CHUNK, limit + 1 - #entries, fitting))
  end
end

local function reversed(entries)
  local result, count = {}, #entries
  for i = 1, count do result[i] = entries[count + 1 - i] end
  return result
end

local state = enter_reigns(KEY, caller_of(ARGV))
local topic, from, limit, budget = ARGV[5], ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8])
local last = last_of(state, topic)
local log = state.key .. ':log:' .. topic
local entries, more = {}, 0
if not last then
  -- What a log of an older history holds proves nothing.
elseif from == 'tail' then
  entries, more = collect('XREVRANGE', log, '+', '-', limit, budget)
  entries = reversed(entries)
else
  entries, more = collect('XRANGE', log, '(' .. from, '+', limit, budget)
end
-- Of a last offset that makes no sense nothing can be proved: as if the clock's last event had been the topic's.
local ms, seq = parts(last)
if last and (not ms or above(ms, seq, state.ms, state.seq)) then last = stream_id(state.ms, state.seq) end
return { place(state), stream_id(state.floor_ms, state.floor_seq), last, more, entries, state.reigns }
