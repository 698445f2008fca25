-- A later log has records of its own at the same offsets.
ALTER TABLE dead_letters
    ADD COLUMN generation BIGINT NOT NULL DEFAULT 1,
    DROP CONSTRAINT dead_letters_pkey,
    ADD PRIMARY KEY (generation, partition, log_offset);

-- From which install everything here was moved, and whether all of it is here. One row at most; none where nothing was moved.
CREATE TABLE migration (
    only_one    INTEGER PRIMARY KEY CHECK (only_one = 1),
    source      TEXT NOT NULL,                          -- its hall's id: no other install has it
    generation  BIGINT NOT NULL,                        -- of the positions to come
    partitions  BIGINT NOT NULL,                        -- of the log: channels are spread over so many
    finished_at BIGINT                                  -- NULL: no server starts on this
);
