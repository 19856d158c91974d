-- A list of collections is read newest first, a piece at a time; by the index of slugs each piece would sort
-- all of them.
CREATE INDEX collections_newest ON collections (env_id, id);
