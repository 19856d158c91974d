-- Each change of a record moves its entry in this index. Without the id, which only decides between
-- records of one millisecond, an entry takes a quarter of the room, and a batch writes fewer pages.
DROP INDEX records_newest;
CREATE INDEX records_newest ON records (generation, updated_at) WHERE deleted = 0;
