-- What everybody has in common. One row at most; none until the owner has set the workspace up.
CREATE TABLE workspace (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    name     TEXT NOT NULL,
    language TEXT NOT NULL,                 -- for people whose browser asks for none of ours
    sign_up  TEXT NOT NULL                  -- 'open' or 'closed'
) STRICT;

-- When somebody last used a session: to the minute, for the list in the settings.
ALTER TABLE sessions ADD COLUMN last_used_at INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET last_used_at = created_at;
