-- Votes: a log that is only ever added to, and what follows from it. Rounds, entries, views.

CREATE TABLE vote_log (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    artwork TEXT NOT NULL,
    account TEXT NOT NULL,
    via TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    done_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    data TEXT NOT NULL,
    key TEXT UNIQUE,
    created DOUBLE PRECISION NOT NULL
);

CREATE INDEX vote_log_artwork ON vote_log (artwork, created);
CREATE INDEX vote_log_account ON vote_log (account, created);

CREATE TABLE ballots (
    artwork TEXT NOT NULL REFERENCES artworks (id),
    account TEXT NOT NULL,
    via TEXT NOT NULL,
    up BOOLEAN NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (artwork, account, via)
);

-- What a tally reads.
CREATE INDEX ballots_up ON ballots (artwork, account) WHERE up;
CREATE INDEX ballots_account ON ballots (account, artwork) WHERE up;

-- Up to when a platform's own list has decided; what happened before and comes late is history.
CREATE TABLE ballot_lists (
    artwork TEXT NOT NULL REFERENCES artworks (id),
    via TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (artwork, via)
);

CREATE TABLE voters (
    account TEXT PRIMARY KEY,
    born DOUBLE PRECISION NOT NULL
);

CREATE INDEX voters_born ON voters (born);

-- Votes that don't count for now; of an account everywhere where artwork is ''. `event` is the
-- entry of the log that decided.
CREATE TABLE vote_holds (
    artwork TEXT NOT NULL,
    account TEXT NOT NULL,
    held BOOLEAN NOT NULL,
    held_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    event INTEGER NOT NULL,
    PRIMARY KEY (artwork, account)
);

CREATE INDEX vote_holds_account ON vote_holds (account) WHERE held;

CREATE TABLE rounds (
    id TEXT PRIMARY KEY,
    place TEXT NOT NULL,
    title TEXT NOT NULL,
    opens DOUBLE PRECISION NOT NULL,
    closes DOUBLE PRECISION NOT NULL,
    rules TEXT NOT NULL,
    closed DOUBLE PRECISION
);

-- One at a time in each place.
CREATE UNIQUE INDEX rounds_under_way ON rounds (place) WHERE closed IS NULL;
CREATE INDEX rounds_closed ON rounds (closed);

-- The figures are those of the end, when they are frozen.
CREATE TABLE round_entries (
    round TEXT NOT NULL REFERENCES rounds (id),
    artwork TEXT NOT NULL REFERENCES artworks (id),
    entered_by TEXT NOT NULL,
    entered DOUBLE PRECISION NOT NULL,
    dealt INTEGER NOT NULL,
    posted INTEGER NOT NULL,
    final BOOLEAN NOT NULL,
    votes INTEGER,
    views INTEGER,
    shown_votes INTEGER,
    rate DOUBLE PRECISION,
    bound DOUBLE PRECISION,
    place INTEGER,
    has_quorum BOOLEAN,
    won BOOLEAN,
    PRIMARY KEY (round, artwork)
);

CREATE INDEX round_entries_artwork ON round_entries (artwork, round);

CREATE TABLE round_views (
    round TEXT NOT NULL REFERENCES rounds (id),
    artwork TEXT NOT NULL REFERENCES artworks (id),
    account TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (round, artwork, account)
);

CREATE INDEX round_views_account ON round_views (round, account);

-- The snapshot of shares at a round's beginning.
CREATE TABLE round_weights (
    round TEXT NOT NULL REFERENCES rounds (id),
    account TEXT NOT NULL,
    weight DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (round, account)
);

CREATE TABLE round_notices (
    round TEXT NOT NULL REFERENCES rounds (id),
    kind TEXT NOT NULL,
    origin TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (round, kind, origin)
);

-- What a curator decided, which overrules nothing but winning. `event` as above.
CREATE TABLE curated (
    artwork TEXT PRIMARY KEY REFERENCES artworks (id),
    round TEXT NOT NULL REFERENCES rounds (id),
    approved BOOLEAN NOT NULL,
    decided_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided DOUBLE PRECISION NOT NULL,
    event INTEGER NOT NULL
);
