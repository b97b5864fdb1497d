-- FCALL hub_publish 1 PREFIX:{0} TOPIC DATA [EVENT [RETRY]]: publishes from any client of Redis, and checks the
-- arguments as the hubs do. Answers the id. In a cluster, which goes by the keys, all of them are to be named.

local function refuse(reason)
  error({ err = 'ERR hub: ' .. reason })
end

-- Replaces each well-formed sequence (RFC 3629, 4) by one ASCII character; what is left over is not UTF-8.
local UTF8 = {
  '[\194-\223][\128-\191]', '\224[\160-\191][\128-\191]', '[\225-\236\238\239][\128-\191][\128-\191]',
  '\237[\128-\159][\128-\191]', '\240[\144-\191][\128-\191][\128-\191]',
  '[\241-\243][\128-\191][\128-\191][\128-\191]', '\244[\128-\143][\128-\191][\128-\191]',
}

local function is_utf8(text)
  if not string.find(text, '[\128-\255]') then return true end
  for _, sequence in ipairs(UTF8) do text = string.gsub(text, sequence, '.') end
  return not string.find(text, '[\128-\255]')
end

local function check_topic(topic)
  if topic == '' then refuse('a topic must not be empty') end
  if #topic > 512 then refuse('a topic must be at most 512 bytes, this one has ' .. #topic) end
  if string.sub(topic, -1) == '*' then refuse("a topic must not end in '*'") end
  if not is_utf8(topic) then refuse('a topic must be UTF-8') end
  if string.find(topic, '[%z\1-\31\127]') or string.find(topic, '\194[\128-\159]') then
    refuse('a topic must not contain control characters')
  end
  if string.sub(topic, 1, 1) == '$' then refuse("topics that start with '$' are reserved") end
end

local function check_name(name)
  if #name > 256 then refuse('an event name must be at most 256 bytes, this one has ' .. #name) end
  if not is_utf8(name) then refuse('an event name must be UTF-8') end
  if string.find(name, '[%z\r\n]') then refuse('an event name must not contain CR, LF or NUL') end
  if string.sub(name, 1, 4) == 'hub.' then refuse("event names that start with 'hub.' are reserved") end
end

local function check_retry(retry)
  if retry == '' then return '' end
  local value = #retry <= 8 and string.find(retry, '^%d+$') and tonumber(retry)
  if not value or value > 86400000 then refuse('retry must be 0 to 86400000 milliseconds') end
  return string.format('%d', value)
end

local function check_data(data, max)
  if #data > max then
    refuse('the data must be at most ' .. max .. ' bytes (--max-body of the hubs), this has ' .. #data)
  end
  if not is_utf8(data) then refuse('the data must be UTF-8 text; encode binary data, for example as base64') end
  if not string.find(data, '\r', 1, true) then return data end
  return (string.gsub(string.gsub(data, '\r\n', '\n'), '\r', '\n'))
end

local ALL_KEYS = { ':state', ':last', ':topics', ':names', ':retired', ':log:' }

-- The name that all keys begin with.
local function key_of(keys)
  return #keys == 1 and keys[1] or string.gsub(keys[1] or '', ':state$', '')
end

local function check_keys(keys, key, topic)
  if string.sub(key, -4) ~= ':{0}' then
    refuse('the key is the prefix of the hubs and the partition, as in hub:{0}')
  end
  for i, name in ipairs(#keys > 1 and ALL_KEYS or {}) do
    if keys[i] ~= key .. name .. (i == #ALL_KEYS and topic or '') then
      refuse('key ' .. i .. ' must be ' .. key .. name .. (i == #ALL_KEYS and 'TOPIC' or ''))
    end
  end
end

-- Whether this is a server of a cluster: the hubs say so, and before they have come it does.
local function is_in_cluster(key)
  local state = redis.call('HMGET', key .. ':state', 'epoch', 'sharded')
  if state[1] then return state[2] == '1' end
  local info = redis.pcall('INFO', 'cluster')
  return type(info) == 'string' and string.find(info, 'cluster_enabled:1', 1, true) ~= nil
end

local function checked_publish(keys, argv)
  if #keys ~= 1 and #keys ~= #ALL_KEYS or #argv < 2 or #argv > 4 then
    refuse('call it as FCALL hub_publish 1 PREFIX:{0} TOPIC DATA [EVENT [RETRY]]')
  end
  local key = key_of(keys)
  check_keys(keys, key, argv[1])
  local is_sharded = is_in_cluster(key)
  if is_sharded and #keys == 1 then
    refuse('in a cluster name all keys: FCALL hub_publish 6 K:state K:last K:topics K:names K:retired K:log:TOPIC TOPIC DATA'
      .. ' [EVENT [RETRY]], where K is ' .. key)
  end
  PUBLISH = is_sharded and 'SPUBLISH' or 'PUBLISH'
  local entry = { topics = { argv[1] }, key = '', name = argv[3] or '' }
  check_topic(argv[1])
  check_name(entry.name)
  local settings = redis.call('HMGET', key .. ':state', 'count', 'age', 'max')
  local count, age = number(settings[1]) or 10000, number(settings[2]) or 3600000
  entry.data = check_data(argv[2], math.min(number(settings[3]) or LARGEST, LARGEST))
  entry.retry = check_retry(argv[4] or '')
  -- Who publishes so has seen nothing and brings no entropy but what is published and when.
  local time = redis.call('TIME')
  local entropy = string.sub(redis.sha1hex(table.concat(time, '.') .. argv[1] .. argv[2]), 1, 3)
  local state = enter_server(key, { epoch = '', ms = 0, seq = 0, entropy = entropy })
  return publish(state, math.max(1, count), math.max(1, age), { entry })[1]
end

redis.register_function('hub_publish', function(keys, argv)
  return finish(key_of(keys), function() return checked_publish(keys, argv) end)
end)
redis.register_function({
  function_name = 'hub_version',
  callback = function() return LIBRARY_VERSION end,
  flags = { 'no-writes', 'allow-stale' },
})
