-- ARGV: the caller, replay age in ms, how many topics at most. Answers { place, how many were dealt with }.

local state = enter(KEYS[1], caller_of(ARGV))
local age = tonumber(ARGV[5])
return { place(state), retire_old(state, age, old_topics(state, age, tonumber(ARGV[6]), {})) }
