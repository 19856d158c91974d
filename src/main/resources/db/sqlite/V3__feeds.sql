-- Feeds: collections with a content type, curated by people. The row is locked by every
-- transaction that changes the feed; revision rises with each, modified_at with each change that
-- readers see.
CREATE TABLE feeds (
  collection_id   TEXT PRIMARY KEY,
  org_id          TEXT NOT NULL,
  env_id          TEXT NOT NULL,
  insert_position TEXT NOT NULL,
  when_full       TEXT NOT NULL,
  live_max        INTEGER NOT NULL,
  staging_max     INTEGER NOT NULL,
  inbox_count     INTEGER NOT NULL,
  staging_count   INTEGER NOT NULL,
  live_count      INTEGER NOT NULL,
  rejected_count  INTEGER NOT NULL,
  revision        INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  modified_at     INTEGER NOT NULL,
  last_item_at    INTEGER
) WITHOUT ROWID;
CREATE INDEX feeds_newest ON feeds (env_id, modified_at, collection_id);
CREATE INDEX feeds_modified ON feeds (modified_at);

-- What people decided about a record of a feed. list is 0 inbox, 1 staging, 2 live, 3 rejected; the
-- order inside a list is (unpinned, rank, item_id).
CREATE TABLE feed_items (
  collection_id    TEXT NOT NULL,
  record_key       TEXT NOT NULL,
  item_id          TEXT NOT NULL,
  list             INTEGER NOT NULL,
  unpinned         INTEGER NOT NULL,
  rank             INTEGER NOT NULL,
  version          INTEGER NOT NULL,
  edits            TEXT NOT NULL,
  list_full        INTEGER NOT NULL,
  note             TEXT,
  actor_type       TEXT NOT NULL,
  actor_id         TEXT,
  reason           TEXT,
  created_at       INTEGER NOT NULL,
  modified_at      INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  state_changed_at INTEGER NOT NULL,
  PRIMARY KEY (collection_id, record_key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX feed_items_by_id ON feed_items (collection_id, item_id);
CREATE INDEX feed_items_in_order ON feed_items (collection_id, list, unpinned, rank, item_id);

-- How bodies were rendered when the server last started; another rendering moves every feed's date.
CREATE TABLE feed_rendering (one INTEGER PRIMARY KEY CHECK (one = 1), fingerprint TEXT NOT NULL);
