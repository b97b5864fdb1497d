-- KEYS: `revoked`. ARGV: the caller, a time in milliseconds, how many to pass over, how many at most.
-- Answers { place, { subject, when its tokens were revoked… } } of the subjects whose tokens were revoked then or later.

local state = enter(KEY, caller_of(ARGV))
local found = redis.call('ZRANGEBYSCORE', state.key .. ':revoked', ARGV[5], '+inf', 'WITHSCORES', 'LIMIT', ARGV[6], ARGV[7])
return { place(state), found }
