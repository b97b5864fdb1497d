-- Looking which server this is, and telling which offsets are of its history.

-- Whether the reigns are as the hubs write them: rising, and the last one the clock's.
local function are_reigns(state)
  local count, last_ms, last_seq, last_tag = 0, 0, -1, nil
  for reign in string.gmatch(state.reigns, '[^ ]+') do
    local after, tag = string.match(reign, '^(.*):(.*)$')
    local ms, seq = parts(after)
    if not ms or not above(ms, seq, last_ms, last_seq) then return false end
    if tag ~= '*' and tag ~= '-' and (number(tag) or TAG) >= TAG then return false end
    count, last_ms, last_seq, last_tag = count + 1, ms, seq, tag
  end
  return count <= REIGNS and last_tag == string.format('%d', tag_of(state.seq)) and above(state.ms, state.seq, last_ms, last_seq)
end

-- Names the history that the server writes: another one after each start and each promotion. Nothing if the user may not know.
local function replication_id()
  local info = redis.pcall('INFO', 'replication')
  return type(info) == 'string' and string.match(info, 'master_replid:(%x+)') or nil
end

-- Enters the state for whoever is told of the reigns. Of ones that make no sense nothing can be proved.
local function enter_reigns(key, caller, replid)
  local state = enter(key, caller, replid)
  if are_reigns(state) then return state end
  state.reigns = '0-0:*'
  add_reign(state, caller)
  rotate(state, caller)
  return state
end

-- The same for whoever looks which server this is. One that was started anew, or promoted, may lack the last writes, and the one
-- before it may still take others: so it begins a reign of its own.
local function enter_server(key, caller)
  return enter_reigns(key, caller, replication_id())
end

