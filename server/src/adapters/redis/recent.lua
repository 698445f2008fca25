-- Takes projected events of some channels in, each channel all or nothing.
-- KEYS: one list of events for each channel, oldest first.
-- ARGV: most events of a list, most bytes of a list, seconds it is kept; then for each key: the place before its first
-- event, the place of its last, how many there are, and the events.
local most_events, most_bytes, seconds = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

-- A place in what is held; nothing where that is no event.
local function place(event, field)
    local is_json, fields = pcall(cjson.decode, event)
    return is_json and type(fields) == 'table' and tonumber(fields[field]) or nil
end

-- How many of the newest events stay.
local function staying(key)
    local events, bytes = redis.call('LRANGE', key, 0, -1), 0
    for i = #events, 1, -1 do
        bytes = bytes + #events[i]
        if bytes > most_bytes or #events - i >= most_events then
            return #events - i
        end
    end
    return #events
end

local at = 4
for _, key in ipairs(KEYS) do
    local from, to, count = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
    local held_from, held_to
    if redis.call('TYPE', key).ok == 'list' then
        held_from = place(redis.call('LINDEX', key, 0), 'prev')
        held_to = place(redis.call('LINDEX', key, -1), 'pos')
    end
    local is_whole = held_from and held_to
    local appends = is_whole and from == held_to
    -- What ends at the same place and begins before is the same and more.
    if appends or not is_whole or to > held_to or (to == held_to and from < held_from) then
        if not appends then
            redis.call('DEL', key)
        end
        redis.call('RPUSH', key, unpack(ARGV, at + 3, at + 2 + count))
        redis.call('LTRIM', key, -staying(key), -1)
        redis.call('EXPIRE', key, seconds)
    end
    at = at + 3 + count
end
return #KEYS
