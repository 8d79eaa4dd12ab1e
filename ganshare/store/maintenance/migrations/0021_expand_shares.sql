-- Shares: tokens whose holders may have engines work for so long in a period.

-- What pays for a job: a holding or a gift; nothing where there is no gate.
ALTER TABLE jobs ADD COLUMN share TEXT;
CREATE INDEX jobs_paid_by ON jobs (share) WHERE share IS NOT NULL;

-- A person may link several wallets, and a wallet is one person's. One that was unlinked is kept, so
-- that it cannot go to another person at once.
CREATE TABLE wallets (
    wallet TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    linked DOUBLE PRECISION NOT NULL,
    unlinked DOUBLE PRECISION,
    checked DOUBLE PRECISION,
    block BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX wallets_account ON wallets (account);

CREATE TABLE wallet_nonces (
    hash TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    wallet TEXT NOT NULL,
    expires DOUBLE PRECISION NOT NULL
);

-- Who has had which share, and when. A unit is one share of a token, numbered from 0; its meter stays
-- with it when it goes to another wallet.
CREATE TABLE share_holdings (
    id TEXT PRIMARY KEY,
    token TEXT NOT NULL,
    unit BIGINT NOT NULL,
    wallet TEXT NOT NULL,
    since DOUBLE PRECISION NOT NULL,
    until DOUBLE PRECISION
);
CREATE UNIQUE INDEX share_holdings_open ON share_holdings (token, unit) WHERE until IS NULL;
CREATE INDEX share_holdings_wallet ON share_holdings (wallet);

-- Up to which block the balances of a token were read, when, and when those of all wallets.
CREATE TABLE share_sweeps (
    token TEXT PRIMARY KEY,
    block BIGINT NOT NULL,
    swept DOUBLE PRECISION NOT NULL,
    whole DOUBLE PRECISION NOT NULL
);

CREATE TABLE share_gifts (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    seconds DOUBLE PRECISION NOT NULL,
    given DOUBLE PRECISION NOT NULL,
    expires DOUBLE PRECISION NOT NULL,
    revoked DOUBLE PRECISION,
    given_by TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX share_gifts_account ON share_gifts (account);

-- Whom a platform lets in since they hold a share: a role, or a place in a group.
CREATE TABLE share_admissions (
    account TEXT NOT NULL,
    place TEXT NOT NULL,
    since DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (account, place)
);

CREATE TABLE unlockables (
    id TEXT PRIMARY KEY,
    token TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    blob TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    created DOUBLE PRECISION NOT NULL,
    removed DOUBLE PRECISION
);

CREATE TABLE unlockable_reads (
    id TEXT PRIMARY KEY,
    unlockable TEXT NOT NULL,
    person TEXT NOT NULL,
    wallet TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL
);
CREATE INDEX unlockable_reads_person ON unlockable_reads (person);
