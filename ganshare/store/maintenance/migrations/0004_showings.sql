-- Messages that show a painting, so that a reaction below one is known for a vote; and what was
-- told to all, so that it is told once.

CREATE TABLE showings (
    origin TEXT NOT NULL,
    message TEXT NOT NULL,
    artwork TEXT NOT NULL REFERENCES artworks (id),
    address TEXT NOT NULL,
    locale TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (origin, message)
);

CREATE INDEX showings_artwork ON showings (artwork, origin);

CREATE TABLE told (
    name TEXT PRIMARY KEY,
    taken_by TEXT NOT NULL,
    until DOUBLE PRECISION NOT NULL,
    told DOUBLE PRECISION
);
