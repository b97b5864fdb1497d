-- KEYS: the log and the idempotency key without a name. Answers what the hub's user may not do, or nil. Leaves the keys as they are,
-- whatever they are.

return first_refusal(KEY)
