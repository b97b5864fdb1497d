-- ARGV: the caller. Begins a new epoch if the caller's is still in force: it has seen that events are gone.
-- Answers { place }.

local caller = caller_of(ARGV)
local state = enter(KEY, caller)
if state.epoch == caller.epoch then rotate(state, caller) end
return { place(state) }
