-- What is compared or sorted is so by code point, as in SQLite, whatever the database's own collation: COLLATE "C".

-- Accounts, sessions, channels, memberships: ordinary transactions (port `Directory`).

CREATE TABLE accounts (
    id            TEXT COLLATE "C" PRIMARY KEY,
    name          TEXT NOT NULL,
    name_key      TEXT COLLATE "C" NOT NULL UNIQUE,     -- NFKC, folded: two spellings of one name
    name_skeleton TEXT COLLATE "C" NOT NULL UNIQUE,     -- UTS 39: two names that look alike
    display_name  TEXT NOT NULL,
    password_hash TEXT NOT NULL,                        -- PHC string, argon2id
    role          TEXT NOT NULL CHECK (role IN ('owner', 'member')),
    created_at    BIGINT NOT NULL                       -- ms since 1970, as everywhere
);

CREATE TABLE sessions (
    id           TEXT COLLATE "C" PRIMARY KEY,
    account      TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    device       TEXT NOT NULL,
    address      TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,                       -- to the minute, for the list in the settings
    expires_at   BIGINT NOT NULL,
    ended_at     BIGINT
);
CREATE INDEX sessions_by_account ON sessions (account) WHERE ended_at IS NULL;

CREATE TABLE refresh_tokens (
    hash      BYTEA PRIMARY KEY,                        -- SHA-256 of the token; the token itself is nowhere
    session   TEXT COLLATE "C" NOT NULL REFERENCES sessions (id),
    issued_at BIGINT NOT NULL,
    spent_at  BIGINT
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session);

CREATE TABLE channels (
    id           TEXT COLLATE "C" PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('hall', 'public')),
    name         TEXT NOT NULL,
    name_key     TEXT COLLATE "C" NOT NULL UNIQUE,
    purpose      TEXT NOT NULL,
    partition    BIGINT NOT NULL,                       -- of the log; kept for the life of a generation
    member_count BIGINT NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX channels_one_hall ON channels (kind) WHERE kind = 'hall';

CREATE TABLE memberships (
    account   TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    channel   TEXT COLLATE "C" NOT NULL REFERENCES channels (id),
    role      TEXT NOT NULL CHECK (role IN ('owner', 'member')),
    joined_at BIGINT NOT NULL,
    read_pos  BIGINT NOT NULL DEFAULT 0,
    read_n    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account, channel)
) WITH (fillfactor = 80);                               -- read markers move all the time: in the row's own page
CREATE INDEX memberships_by_channel ON memberships (channel, account);

-- What others must see of a change leaves through here: written with the change, deleted once it is in the log's order.
CREATE TABLE outbox (
    seq       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel   TEXT COLLATE "C" NOT NULL,
    partition BIGINT NOT NULL,
    id        UUID NOT NULL,
    at        BIGINT NOT NULL,
    action    TEXT NOT NULL                             -- JSON, as the log's record holds it
);
CREATE INDEX outbox_by_channel ON outbox (channel, seq);

-- What everybody has in common. One row at most; none until the owner has set the workspace up.
CREATE TABLE workspace (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    name     TEXT NOT NULL,
    language TEXT NOT NULL,                             -- for people whose browser asks for none of ours
    sign_up  TEXT NOT NULL                              -- 'open' or 'closed'
);

-- Which server does, at present, what one of them does at a time. The database's clock counts.
CREATE TABLE leases (
    what   TEXT COLLATE "C" PRIMARY KEY,
    holder TEXT COLLATE "C" NOT NULL,
    until  TIMESTAMPTZ NOT NULL
);

-- The projection of the log (port `Archive`). No foreign key into the tables above and no unique index on ids: nothing
-- that a client sends can stop the projector.

CREATE TABLE projections (
    partition    BIGINT PRIMARY KEY,
    generation   BIGINT NOT NULL,
    next_offset  BIGINT NOT NULL,                       -- everything before it is projected
    checksum     BYTEA,                                 -- of the record just before it
    window_floor BIGINT NOT NULL,
    lease_holder TEXT COLLATE "C",
    lease_until  TIMESTAMPTZ NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);

CREATE TABLE events (
    channel TEXT COLLATE "C" NOT NULL,
    pos     BIGINT NOT NULL,
    id      UUID NOT NULL,
    author  TEXT NOT NULL,
    digest  BYTEA NOT NULL,
    event   TEXT NOT NULL,                              -- JSON, as programs see it; not JSONB, which refuses U+0000
    n       BIGINT NOT NULL,                            -- how many messages the channel has with it
    PRIMARY KEY (channel, pos)
);
CREATE INDEX events_by_id ON events (channel, id);

CREATE TABLE heads (
    channel   TEXT COLLATE "C" PRIMARY KEY,
    partition BIGINT NOT NULL,
    pos       BIGINT NOT NULL,
    n         BIGINT NOT NULL,
    at        BIGINT NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX heads_by_partition ON heads (partition);

-- The sequencer's newest kept ids; touched by no edit, deletion or retention of events.
CREATE TABLE window_entries (
    partition BIGINT NOT NULL,
    pos       BIGINT NOT NULL,
    channel   TEXT NOT NULL,
    id        UUID NOT NULL,
    author    TEXT NOT NULL,
    digest    BYTEA NOT NULL,
    PRIMARY KEY (partition, pos)
);

CREATE TABLE dead_letters (
    partition  BIGINT NOT NULL,
    log_offset BIGINT NOT NULL,
    reason     TEXT NOT NULL,
    record     BYTEA NOT NULL,
    PRIMARY KEY (partition, log_offset)
);
