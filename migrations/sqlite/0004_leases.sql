-- Which server does, at present, what one of them does at a time.
CREATE TABLE leases (
    what   TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
