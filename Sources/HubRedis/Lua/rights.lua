-- KEYS: the log and the idempotency key without a name. Answers what the hub's user may not do, or nil. Leaves everything as it
-- was, whatever the keys are.

local known = redis.pcall('HGET', KEY .. ':state', 'v')
local refused = first_refusal(KEY)
-- One of the tries writes the format where there is none.
if not known then redis.pcall('HDEL', KEY .. ':state', 'v') end
return refused
