-- Accounts, sessions, channels, memberships: ordinary transactions (port `Directory`).

CREATE TABLE accounts (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL UNIQUE,     -- NFKC, folded: two spellings of one name
    name_skeleton TEXT NOT NULL UNIQUE,     -- UTS 39: two names that look alike
    display_name  TEXT NOT NULL,
    password_hash TEXT NOT NULL,            -- PHC string, argon2id
    role          TEXT NOT NULL CHECK (role IN ('owner', 'member')),
    created_at    INTEGER NOT NULL          -- ms since 1970, as everywhere
) STRICT;

CREATE TABLE sessions (
    id           TEXT PRIMARY KEY,
    account      TEXT NOT NULL REFERENCES accounts (id),
    device       TEXT NOT NULL,
    address      TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    ended_at     INTEGER
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account) WHERE ended_at IS NULL;

CREATE TABLE refresh_tokens (
    hash      BLOB PRIMARY KEY,             -- SHA-256 of the token; the token itself is nowhere
    session   TEXT NOT NULL REFERENCES sessions (id),
    issued_at INTEGER NOT NULL,
    spent_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session);

CREATE TABLE channels (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('hall', 'public')),
    name         TEXT NOT NULL,
    name_key     TEXT NOT NULL UNIQUE,
    purpose      TEXT NOT NULL,
    partition    INTEGER NOT NULL,          -- of the log; kept for the life of a generation
    member_count INTEGER NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX channels_one_hall ON channels (kind) WHERE kind = 'hall';

CREATE TABLE memberships (
    account   TEXT NOT NULL REFERENCES accounts (id),
    channel   TEXT NOT NULL REFERENCES channels (id),
    role      TEXT NOT NULL CHECK (role IN ('owner', 'member')),
    joined_at INTEGER NOT NULL,
    read_pos  INTEGER NOT NULL DEFAULT 0,
    read_n    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_by_channel ON memberships (channel, account);

-- What others must see of a change leaves through here: written with the change, deleted once it is in the log's order.
CREATE TABLE outbox (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    channel   TEXT NOT NULL,
    partition INTEGER NOT NULL,
    id        TEXT NOT NULL,
    at        INTEGER NOT NULL,
    action    TEXT NOT NULL                 -- JSON, as the log's record holds it
) STRICT;
CREATE INDEX outbox_by_channel ON outbox (channel, seq);

-- The projection of the log (port `Archive`). No foreign key into the tables above and no unique index on ids: nothing
-- that a client sends can stop the projector.

CREATE TABLE projections (
    partition    INTEGER PRIMARY KEY,
    generation   INTEGER NOT NULL,
    next_offset  INTEGER NOT NULL,          -- everything before it is projected
    checksum     BLOB,                      -- of the record just before it
    window_floor INTEGER NOT NULL,
    lease_holder TEXT,
    lease_until  INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE events (
    channel TEXT NOT NULL,
    pos     INTEGER NOT NULL,
    id      TEXT NOT NULL,
    author  TEXT NOT NULL,
    digest  BLOB NOT NULL,
    event   TEXT NOT NULL,                  -- JSON, as programs see it
    PRIMARY KEY (channel, pos)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_by_id ON events (channel, id);

CREATE TABLE heads (
    channel   TEXT PRIMARY KEY,
    partition INTEGER NOT NULL,
    pos       INTEGER NOT NULL,
    n         INTEGER NOT NULL,
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The sequencer's newest kept ids; touched by no edit, deletion or retention of events.
CREATE TABLE window_entries (
    partition INTEGER NOT NULL,
    pos       INTEGER NOT NULL,
    channel   TEXT NOT NULL,
    id        TEXT NOT NULL,
    author    TEXT NOT NULL,
    digest    BLOB NOT NULL,
    PRIMARY KEY (partition, pos)
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letters (
    partition INTEGER NOT NULL,
    log_offset INTEGER NOT NULL,
    reason    TEXT NOT NULL,
    record    BLOB NOT NULL,
    PRIMARY KEY (partition, log_offset)
) STRICT;
