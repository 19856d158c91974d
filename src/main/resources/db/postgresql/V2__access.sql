-- Who may come in. A row of organizations is claimed by the account that becomes its first owner.
CREATE TABLE organizations (
  id         TEXT COLLATE "C" PRIMARY KEY,
  name       TEXT COLLATE "C" NOT NULL,
  slug       TEXT COLLATE "C" NOT NULL UNIQUE,
  disabled   BIGINT NOT NULL,
  claimed    BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE environments (
  id         TEXT COLLATE "C" PRIMARY KEY,
  org_id     TEXT COLLATE "C" NOT NULL,
  name       TEXT COLLATE "C" NOT NULL,
  slug       TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX environments_by_slug ON environments (org_id, slug);

-- Keys of the gateway and of feeds. Only hashes are kept; env_id is null for a feed key that covers
-- its whole organization, and a rotated key answers to its previous text for a while.
CREATE TABLE api_keys (
  id                  TEXT COLLATE "C" PRIMARY KEY,
  org_id              TEXT COLLATE "C" NOT NULL,
  env_id              TEXT COLLATE "C",
  kind                TEXT COLLATE "C" NOT NULL,
  name                TEXT COLLATE "C" NOT NULL,
  prefix              TEXT COLLATE "C" NOT NULL,
  key_hash            TEXT COLLATE "C" NOT NULL UNIQUE,
  previous_hash       TEXT COLLATE "C" UNIQUE,
  previous_expires_at BIGINT,
  scopes              TEXT COLLATE "C" NOT NULL,
  last_used_at        BIGINT,
  expires_at          BIGINT,
  revoked_at          BIGINT,
  created_at          BIGINT NOT NULL
);
CREATE INDEX api_keys_by_organization ON api_keys (org_id, kind, id);

CREATE TABLE users (
  id             TEXT COLLATE "C" PRIMARY KEY,
  name           TEXT COLLATE "C" NOT NULL,
  email          TEXT COLLATE "C" NOT NULL UNIQUE,
  email_verified BIGINT NOT NULL,
  image          TEXT COLLATE "C",
  password_hash  TEXT COLLATE "C" NOT NULL,
  created_at     BIGINT NOT NULL,
  updated_at     BIGINT NOT NULL
);

CREATE TABLE members (
  user_id    TEXT COLLATE "C" NOT NULL,
  org_id     TEXT COLLATE "C" NOT NULL,
  role       TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, org_id)
);
CREATE INDEX members_by_organization ON members (org_id, user_id);

-- Sessions of people. Only the hash of a token is kept.
CREATE TABLE sessions (
  id         TEXT COLLATE "C" PRIMARY KEY,
  token_hash TEXT COLLATE "C" NOT NULL UNIQUE,
  user_id    TEXT COLLATE "C" NOT NULL,
  env_id     TEXT COLLATE "C",
  remembered BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  ip_address TEXT COLLATE "C",
  user_agent TEXT COLLATE "C"
);
CREATE INDEX sessions_by_user ON sessions (user_id, id);
