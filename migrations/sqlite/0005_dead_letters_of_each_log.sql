-- A later log has records of its own at the same offsets.
CREATE TABLE dead_letters_of_each_log (
    generation INTEGER NOT NULL,
    partition  INTEGER NOT NULL,
    log_offset INTEGER NOT NULL,
    reason     TEXT NOT NULL,
    record     BLOB NOT NULL,
    PRIMARY KEY (generation, partition, log_offset)
) STRICT;
INSERT INTO dead_letters_of_each_log SELECT 1, partition, log_offset, reason, record FROM dead_letters;
DROP TABLE dead_letters;
ALTER TABLE dead_letters_of_each_log RENAME TO dead_letters;
