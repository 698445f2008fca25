-- The log of one machine, in a file of its own. AUTOINCREMENT: a number is never given twice, also after trimming.
-- A record's offset is its number less one: offsets start at 0, as in every log.
CREATE TABLE records (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    record BLOB NOT NULL
) STRICT;
