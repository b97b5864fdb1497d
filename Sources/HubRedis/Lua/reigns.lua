-- Which server gave an offset: from the last one that a server knows of when it takes over, all that follow have the tag of its
-- reign.

-- How many reigns are remembered.
local REIGNS = 32

-- The part of a sequence that tells which reign gave it.
local function tag_of(seq)
  return math.floor(seq / TAG)
end

-- A tag that none of the remembered reigns has: two servers that take over at once differ by it.
local function new_tag(state, caller)
  local tag = (tonumber(caller.entropy, 16) + state.micros) % TAG
  while string.find((state.reigns or '') .. ' ', ':' .. tag .. ' ', 1, true) do tag = (tag + 1) % TAG end
  return tag
end

-- Adds a reign: all offsets after the clock are its. It is written `ms-seq:tag`: after which offset, and its tag. Offsets of before
-- those that are remembered are believed: a topic may be quiet for longer.
local function add_reign(state, caller)
  local tag, kept = new_tag(state, caller), {}
  for reign in string.gmatch(state.reigns or '', '%S+') do kept[#kept + 1] = reign end
  while #kept >= REIGNS do
    table.remove(kept, 1)
    kept[1] = '0-0:*'
  end
  kept[#kept + 1] = stream_id(state.ms, state.seq) .. ':' .. tag
  state.reigns = table.concat(kept, ' ')
  -- Later than the offset before it by a whole millisecond, so that there is room for the position before its first event.
  state.ms, state.seq = math.max(state.ms + 1, state.now), tag * TAG
end

-- The reigns of a state of format 1, whose offsets have no tags: of its gap, over which the clock jumped, none was given.
local function untagged_reigns(fork, resume)
  local ms, seq = parts(resume)
  if not parts(fork) or not ms then return '0-0:*' end
  local before = seq > 0 and stream_id(ms, seq - 1) or stream_id(math.max(ms - 1, 0), MAX_SEQ)
  return '0-0:* ' .. fork .. ':- ' .. before .. ':*'
end

-- Whether the caller was told of an offset that this reign has not given, though it has the reign's tag: what is here is older
-- than what was. Offsets of other reigns prove nothing of this one.
local function is_rolled_back(state, caller)
  return above(caller.ms, caller.seq, state.ms, state.seq) and tag_of(caller.seq) == tag_of(state.seq)
end

local function save_clock(state)
  if state.back then
    write('HSET', state.key .. ':state', 'ms', state.ms, 'seq', state.seq, 'back', state.back)
  else
    write('HSET', state.key .. ':state', 'ms', state.ms, 'seq', state.seq)
  end
end

-- Begins a new reign. What the server before it gave after the last offset here, before it went or since, is none of this history.
-- The caller's own offset may be such, and above those here; offsets rise all the same.
local function begin_reign(state, caller, replid)
  demand(state.key .. ':state', 'HDEL', state.key .. ':state', 'fork')
  demand(state.key .. ':state', 'HSET', state.key .. ':state', 'v', '')
  add_reign(state, caller)
  if caller.ms <= LAST_MS and caller.ms >= state.ms then state.ms = caller.ms + 1 end
  write('HDEL', state.key .. ':state', 'fork', 'resume', 'run')
  write('HSET', state.key .. ':state', 'v', FORMAT, 'reigns', state.reigns, 'replid', replid)
  save_clock(state)
  state.is_untagged, state.replid = false, replid
end

