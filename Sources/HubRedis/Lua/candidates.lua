-- ARGV: the caller, replay age in ms, how many topics of each kind at most. Answers { place, topics that `retire` is to look at }.

local state = enter(KEY, caller_of(ARGV))
local old = old_topics(state, tonumber(ARGV[5]), tonumber(ARGV[6]))
for _, topic in ipairs(old.passed) do old.quiet[#old.quiet + 1] = topic end
return { place(state), old.quiet }
