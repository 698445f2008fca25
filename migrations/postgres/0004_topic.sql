-- A channel's purpose is called its topic, here as on the wire. Before the first release, therefore a rename; see README.md.
-- A quoted name followed by a colon is always a field: inside a string of JSON the quotes would be escaped.
ALTER TABLE channels RENAME COLUMN purpose TO topic;
UPDATE events SET event = replace(event, '"purpose":', '"topic":') WHERE strpos(event, '"kind":"created"') > 0;
UPDATE outbox SET action = replace(action, '"purpose":', '"topic":') WHERE strpos(action, '"purpose":') > 0;
