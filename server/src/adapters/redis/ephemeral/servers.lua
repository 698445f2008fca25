-- What the servers that have spoken of themselves lately said last.
-- KEYS: the hash of announce.lua. ARGV: milliseconds after which a server is forgotten, most servers.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local said = {}
if redis.call('TYPE', KEYS[1]).ok == 'hash' and redis.call('HLEN', KEYS[1]) <= tonumber(ARGV[2]) then
    for _, value in ipairs(redis.call('HVALS', KEYS[1])) do
        local at, words = string.match(value, '^(%d+) (.*)$')
        at = tonumber(at)
        if at and at <= now and at + tonumber(ARGV[1]) > now then
            said[#said + 1] = words
        end
    end
end
return said
