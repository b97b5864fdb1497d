-- ARGV: the caller, replay age in ms, how many topics at most. Answers { place, how many were looked at }.

local state = enter(KEYS[1], caller_of(ARGV))
return { place(state), retire_old(state, tonumber(ARGV[5]), tonumber(ARGV[6])) }
