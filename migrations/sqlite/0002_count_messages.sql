-- How many messages a channel has up to each event, so that a read marker anywhere knows its number without counting.
ALTER TABLE events ADD COLUMN n INTEGER NOT NULL DEFAULT 0;

UPDATE events SET n = counted.n
FROM (
    SELECT channel, pos,
           sum(json_extract(event, '$.kind') = 'message') OVER (PARTITION BY channel ORDER BY pos) AS n
    FROM events
) AS counted
WHERE counted.channel = events.channel AND counted.pos = events.pos;
