-- Who may come in. A row of organizations is claimed by the account that becomes its first owner.
CREATE TABLE organizations (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  slug       TEXT NOT NULL UNIQUE,
  disabled   INTEGER NOT NULL,
  claimed    INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE environments (
  id         TEXT PRIMARY KEY,
  org_id     TEXT NOT NULL,
  name       TEXT NOT NULL,
  slug       TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX environments_by_slug ON environments (org_id, slug);

-- Keys of the gateway and of feeds. Only hashes are kept; env_id is null for a feed key that covers
-- its whole organization, and a rotated key answers to its previous text for a while.
CREATE TABLE api_keys (
  id                  TEXT PRIMARY KEY,
  org_id              TEXT NOT NULL,
  env_id              TEXT,
  kind                TEXT NOT NULL,
  name                TEXT NOT NULL,
  prefix              TEXT NOT NULL,
  key_hash            TEXT NOT NULL UNIQUE,
  previous_hash       TEXT UNIQUE,
  previous_expires_at INTEGER,
  scopes              TEXT NOT NULL,
  last_used_at        INTEGER,
  expires_at          INTEGER,
  revoked_at          INTEGER,
  created_at          INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX api_keys_by_organization ON api_keys (org_id, kind, id);

CREATE TABLE users (
  id             TEXT PRIMARY KEY,
  name           TEXT NOT NULL,
  email          TEXT NOT NULL UNIQUE,
  email_verified INTEGER NOT NULL,
  image          TEXT,
  password_hash  TEXT NOT NULL,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE members (
  user_id    TEXT NOT NULL,
  org_id     TEXT NOT NULL,
  role       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, org_id)
) WITHOUT ROWID;
CREATE INDEX members_by_organization ON members (org_id, user_id);

-- Sessions of people. Only the hash of a token is kept.
CREATE TABLE sessions (
  id         TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  user_id    TEXT NOT NULL,
  env_id     TEXT,
  remembered INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  ip_address TEXT,
  user_agent TEXT
) WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id, id);
