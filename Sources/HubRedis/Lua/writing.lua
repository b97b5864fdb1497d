-- Writing in one step.

-- Redis does not take back what a script has written before it fails. So whatever can fail is found out before the first
-- write: what is there is read, and rights are asked for with `demand`. Every write goes through `write` or `try`, so that
-- `finish` knows whether an error came before the first one.

local written = false

-- Carries out a command that writes, or fails.
local function write(...)
  local answer = redis.call(...)
  written = true
  return answer
end

-- An error's code and text. Redis 6.2 gives the errors of commands as texts, with the place in the script in front; and
-- in scripts a right that is missing has no code of its own: 7.0 says so in its way, Redis 7.2, 8 and Valkey in another.
local function reason_of(failure)
  local reason = type(failure) == 'table' and failure.err or tostring(failure)
  reason = string.match(reason, '^@?user_script: ?%d+: %-?(.*)$') or reason
  local missing = string.match(reason, 'The user executing the script (.*)$')
  if missing then return 'NOPERM hub: the user ' .. missing end
  missing = string.match(reason, '^ERR ACL failure in script: (.*)$')
  if missing then return 'NOPERM hub: ' .. missing end
  return string.find(reason, '^%u+ ') and reason or 'ERR hub: ' .. reason
end

-- Carries out a command that writes, and answers its error if there is one.
local function try(...)
  local answer = redis.pcall(...)
  if type(answer) == 'table' and answer.err then return reason_of(answer) end
  written = true
end

-- Whether the caller's user may carry out a command. Servers before 7.0 don't tell, and are taken to allow it: `refusal`
-- has looked there.
local function may(...)
  if not redis.acl_check_cmd then return true end
  local known, allowed = pcall(redis.acl_check_cmd, ...)
  return known and allowed
end

-- Fails before the first write for lack of a right: `name` stands for the keys or channels in the answer.
local function demand(name, command, ...)
  if not may(command, ...) then error({ err = 'NOPERM hub: the user may not ' .. command .. ' ' .. name }) end
end

local function is_wrong_type(reason)
  return string.find(reason, 'WRONGTYPE', 1, true) == 1
end

-- Whether one of the keys that all topics share has another type than the hubs give it.
local function has_wrong_type(key)
  for _, command in ipairs({
    { 'HGET', key .. ':state', 'v' }, { 'HGET', key .. ':last', '' }, { 'ZRANGEBYSCORE', key .. ':topics', 1, 0 },
    { 'ZRANGEBYSCORE', key .. ':names', 1, 0 }, { 'ZRANGEBYSCORE', key .. ':retired', 1, 0 },
  }) do
    local answer = redis.pcall(unpack(command))
    if type(answer) == 'table' and answer.err and is_wrong_type(reason_of(answer)) then return true end
  end
  return false
end

-- If somebody has put something else in the place of a key that all topics share, makes the state one that makes no sense:
-- whoever enters it drops those keys, and begins a new epoch, which tells everybody that what they said is gone.
local function give_up_state(key)
  if not has_wrong_type(key) then return false end
  local failed = try('HDEL', key .. ':state', 'floor')
  if failed and is_wrong_type(failed) then failed = try('DEL', key .. ':state') end
  return not failed
end

-- Runs a script. An error before the first write is answered as it is: nothing was done. After it, nobody knows.
local function finish(key, main)
  written = false
  local done, answer = pcall(main)
  if done then return answer end
  local reason, is_partial = reason_of(answer), written
  if is_wrong_type(reason) and give_up_state(key) and not is_partial then
    written = false
    done, answer = pcall(main)
    if done then return answer end
    reason, is_partial = reason_of(answer), written
  end
  if is_partial then reason = 'UNKNOWN hub: failed after the first write: ' .. reason end
  return { err = reason }
end

