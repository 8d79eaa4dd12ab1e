-- Jobs, their frames and artworks, and the engines. One text for SQLite and PostgreSQL.
-- Never change a migration that was released; add the next one.

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL,
    origin TEXT NOT NULL,
    reply_to TEXT NOT NULL,
    request TEXT NOT NULL,
    model TEXT NOT NULL,
    area INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    cost DOUBLE PRECISION NOT NULL,
    tag DOUBLE PRECISION NOT NULL,
    tag_end DOUBLE PRECISION NOT NULL,
    virtual_time DOUBLE PRECISION,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'cancelled', 'dead')),
    attempt INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    worker TEXT,
    lease_until DOUBLE PRECISION,
    seat INTEGER NOT NULL,
    slot INTEGER,
    cancel_requested BOOLEAN NOT NULL,
    step INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    loss DOUBLE PRECISION,
    preview TEXT,
    saved_state TEXT,
    artwork TEXT,
    error TEXT,
    revision INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    created DOUBLE PRECISION NOT NULL,
    started DOUBLE PRECISION,
    finished DOUBLE PRECISION,
    CHECK (state <> 'running'
        OR (worker IS NOT NULL AND lease_until IS NOT NULL AND slot IS NOT NULL))
);

-- The order in which jobs are claimed; what a claim filters by and a place sums up follows.
CREATE INDEX jobs_queued ON jobs (priority DESC, tag, id, model, area, person, cost)
    WHERE state = 'queued';

-- A person's active jobs sit on numbered seats, the running ones in numbered slots, too: limits
-- that hold however many processes submit and claim at once.
CREATE UNIQUE INDEX jobs_seat ON jobs (person, seat) WHERE state IN ('queued', 'running');
CREATE UNIQUE INDEX jobs_slot ON jobs (person, slot) WHERE state = 'running';

-- Where a person's share ends, and how far the virtual time has come.
CREATE INDEX jobs_share ON jobs (person, priority, tag_end);
CREATE INDEX jobs_clock ON jobs (priority, virtual_time) WHERE virtual_time IS NOT NULL;
CREATE INDEX jobs_model_clock ON jobs (priority, model, virtual_time)
    WHERE virtual_time IS NOT NULL;

CREATE INDEX jobs_unread ON jobs (origin, id) WHERE revision > seen;
CREATE INDEX jobs_finished ON jobs (finished) WHERE finished IS NOT NULL;

CREATE TABLE frames (
    job TEXT NOT NULL REFERENCES jobs (id),
    attempt INTEGER NOT NULL,
    step INTEGER NOT NULL,
    loss DOUBLE PRECISION,
    preview TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (job, attempt, step)
);

CREATE TABLE artworks (
    id TEXT PRIMARY KEY,
    job TEXT NOT NULL UNIQUE REFERENCES jobs (id),
    attempt INTEGER NOT NULL,
    person TEXT NOT NULL,
    prompt TEXT NOT NULL,
    attributes TEXT NOT NULL,
    seed BIGINT NOT NULL,
    model TEXT NOT NULL,
    blob TEXT NOT NULL,
    preview TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    manifest TEXT NOT NULL,
    may_sell BOOLEAN NOT NULL,
    created DOUBLE PRECISION NOT NULL
);

CREATE INDEX artworks_person ON artworks (person, id);

CREATE TABLE engines (
    id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    models TEXT NOT NULL,
    max_area INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    rate DOUBLE PRECISION,
    running TEXT NOT NULL,
    version TEXT NOT NULL,
    reported DOUBLE PRECISION NOT NULL
);
