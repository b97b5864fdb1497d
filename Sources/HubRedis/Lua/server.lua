-- Looking which server this is, and telling which offsets are of its history.

-- Whether the reigns are as the hubs write them.
local function are_reigns(text)
  local count = 0
  for reign in string.gmatch(text, '[^ ]+') do
    local after, tag = string.match(reign, '^(.*):(.*)$')
    if not parts(after) or not (tag == '*' or tag == '-' or (number(tag) or TAG) < TAG) then return false end
    count = count + 1
  end
  return count > 0 and count <= REIGNS
end

-- Names the history that the server writes: another one after each start and each promotion. Nothing if the user may not know.
local function replication_id()
  local info = redis.pcall('INFO', 'replication')
  return type(info) == 'string' and string.match(info, 'master_replid:(%x+)') or nil
end

-- Enters the state for whoever is told of the reigns. Of ones that make no sense nothing can be proved.
local function enter_reigns(key, caller, replid)
  local state = enter(key, caller, replid)
  if are_reigns(state.reigns) then return state end
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

