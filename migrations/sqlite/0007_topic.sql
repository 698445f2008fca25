-- A channel's purpose is called its topic, here as on the wire. A quoted name followed by a colon is always a field: inside
-- a string of JSON the quotes would be escaped.
ALTER TABLE channels RENAME COLUMN purpose TO topic;
UPDATE events SET event = replace(event, '"purpose":', '"topic":') WHERE instr(event, '"kind":"created"') > 0;
UPDATE outbox SET action = replace(action, '"purpose":', '"topic":') WHERE instr(action, '"purpose":') > 0;
