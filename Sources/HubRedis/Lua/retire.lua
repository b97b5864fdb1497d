-- KEYS: the topics' logs. ARGV: the caller, replay age in ms, how many topics of each kind at most, and the topics, as
-- `candidates` has named them. Answers { place, how many of one kind were dealt with }.

local state = enter(KEY, caller_of(ARGV))
local age, limit, chosen = tonumber(ARGV[5]), tonumber(ARGV[6]), {}
for i = 7, #ARGV do chosen[ARGV[i]] = true end
local old = old_topics(state, age, limit)
old.quiet, old.passed = with_lasts(state, old.quiet, chosen), with_lasts(state, old.passed, chosen)
return { place(state), retire_old(state, age, old) }
