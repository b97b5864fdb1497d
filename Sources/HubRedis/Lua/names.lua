-- ARGV: the caller, a name ('' for the first), how many topics at most. Answers { place, the names after it }, by their bytes.

local state = enter(KEY, caller_of(ARGV))
return { place(state), redis.call('ZRANGEBYLEX', state.key .. ':names', '(' .. ARGV[5], '+', 'LIMIT', 0, ARGV[6]) }
