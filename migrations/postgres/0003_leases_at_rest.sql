-- Whether the holder has nothing to write: whoever has may take the lease then. It may hold it only because it hears nothing.
ALTER TABLE projections ADD COLUMN lease_rests BOOLEAN NOT NULL DEFAULT false;
