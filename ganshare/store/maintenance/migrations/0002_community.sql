-- Who is who, what is allowed where, what was refused and why, and what the gallery shows.

ALTER TABLE artworks ADD COLUMN hidden TEXT;
ALTER TABLE artworks ADD COLUMN deleted DOUBLE PRECISION;

-- What may be shown, narrow enough to look through: `words` is what a search compares.
CREATE TABLE gallery (
    artwork TEXT PRIMARY KEY REFERENCES artworks (id),
    person TEXT NOT NULL,
    words TEXT NOT NULL
);

CREATE INDEX gallery_person ON gallery (person, artwork);

-- Deleted artworks whose blobs are still to be removed.
CREATE TABLE forgotten_blobs (
    artwork TEXT PRIMARY KEY REFERENCES artworks (id),
    blobs TEXT NOT NULL
);

CREATE TABLE posts (
    job TEXT PRIMARY KEY REFERENCES jobs (id),
    origin TEXT NOT NULL,
    address TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL
);

-- What was set in a place, as JSON; every change stays.
CREATE TABLE places (
    place TEXT PRIMARY KEY,
    settings TEXT NOT NULL
);

CREATE TABLE place_changes (
    id TEXT PRIMARY KEY,
    place TEXT NOT NULL,
    changes TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL
);

CREATE INDEX place_changes_place ON place_changes (place, id);

-- Linked accounts: those with the same `main` are one person. Others have no row.
CREATE TABLE accounts (
    account TEXT PRIMARY KEY,
    main TEXT NOT NULL,
    since DOUBLE PRECISION NOT NULL
);

CREATE INDEX accounts_main ON accounts (main);

-- One-time codes and tokens, as their SHA-256.
CREATE TABLE link_codes (
    hash TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    expires DOUBLE PRECISION NOT NULL
);

CREATE TABLE sign_ins (
    hash TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    expires DOUBLE PRECISION NOT NULL
);

CREATE TABLE sessions (
    hash TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    expires DOUBLE PRECISION NOT NULL
);

CREATE INDEX sessions_person ON sessions (person);

CREATE TABLE blocks (
    person TEXT PRIMARY KEY,
    blocked_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL
);

CREATE TABLE reports (
    artwork TEXT NOT NULL REFERENCES artworks (id),
    person TEXT NOT NULL,
    reason TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL,
    closed DOUBLE PRECISION,
    PRIMARY KEY (artwork, person)
);

CREATE INDEX reports_created ON reports (created);

CREATE TABLE notes (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    person TEXT NOT NULL,
    place TEXT NOT NULL,
    text TEXT NOT NULL,
    reason TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL
);

CREATE INDEX notes_person ON notes (person, id);

-- What somebody asked for lately.
CREATE INDEX jobs_asked ON jobs (person, created);
