-- Whether the holder has nothing to write: whoever has may take the lease then. It may hold it only because it hears nothing.
ALTER TABLE projections ADD COLUMN lease_rests INTEGER NOT NULL DEFAULT 0;
