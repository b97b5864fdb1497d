-- KEYS: the log and the idempotency key without a name. ARGV: the caller, member. Sends the member a message through the channel of its own, in line with all events:
-- when it arrives, so has everything before it. Answers { place, why the hub can't work or nil }.

local state = enter_server(KEY, caller_of(ARGV))
write(PUBLISH, state.key .. ':probe:' .. ARGV[5], message('p', state.epoch, state.ms, state.seq))
return { place(state), refusal(state.key) }
