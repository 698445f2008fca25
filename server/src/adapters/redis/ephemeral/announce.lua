-- One server speaks of itself; those that have not for long are forgotten. By Redis' clock, the one that all servers share.
-- KEYS: a hash of servers by name, each with the millisecond it spoke and what it said.
-- ARGV: its name, what it says, milliseconds after which a server is forgotten, most servers.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then
    redis.call('DEL', KEYS[1])
end
local held = redis.call('HGETALL', KEYS[1])
for i = 1, #held, 2 do
    local at = tonumber(string.match(held[i + 1], '^(%d+) '))
    if not at or at + tonumber(ARGV[3]) <= now or at > now then
        redis.call('HDEL', KEYS[1], held[i])
    end
end
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) and redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
    return 0
end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %s', now, ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
