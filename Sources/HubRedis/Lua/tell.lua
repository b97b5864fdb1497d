-- KEYS: the log and the idempotency key without a name. ARGV: the caller, message. Sends all members a message that nothing keeps.

local state = enter_server(KEY, caller_of(ARGV))
write(PUBLISH, state.key .. ':probe:members', ARGV[5])
return { place(state) }
