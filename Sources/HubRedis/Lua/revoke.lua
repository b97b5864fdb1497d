-- KEYS: `revoked`. ARGV: the caller, a subject. Remembers that tokens of the subject that were issued up to now count no more.
-- Answers { place, now in milliseconds }.

local state = enter(KEY, caller_of(ARGV))
local revoked = state.key .. ':revoked'
demand(revoked, 'ZADD', revoked, 'GT', '0', ARGV[5])
-- A clock that was put back makes no older token count again.
write('ZADD', revoked, 'GT', state.now, ARGV[5])
return { place(state), state.now }
