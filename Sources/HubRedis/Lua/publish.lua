-- KEYS: the topics' logs and the idempotency keys. ARGV: the caller, replay count, replay age in ms, 1 if replicas are to confirm it or 0, then for each publication the number of its topics, idempotency
-- key, event name, retry (each '' if there is none), data, and the topics.
-- Answers { place, ids, repeats }.

local function publications(argv)
  local entries, at = {}, 8
  while at <= #argv do
    local topics = tonumber(argv[at])
    local data = at + 4
    if not topics or topics < 1 or data + topics > #argv then error({ err = 'ERR hub: malformed publication' }) end
    entries[#entries + 1] = {
      key = argv[at + 1], name = argv[at + 2], retry = argv[at + 3], data = argv[data],
      topics = { unpack(argv, data + 1, data + topics) },
    }
    at = data + topics + 1
  end
  return entries
end

local caller = caller_of(ARGV)
local count, age = tonumber(ARGV[5]), tonumber(ARGV[6])
local entries = publications(ARGV)
if not count or not age then error({ err = 'ERR hub: malformed call' }) end
local state = enter_server(KEY, caller)
local ids, repeats, stored = publish(state, count, age, entries)
-- Only what this connection has written is waited for: what is repeated was written by another, and may not have got far.
if stored == 0 and ARGV[7] == '1' then save_clock(state) end
return { place(state), ids, repeats }
