-- The ledger of minting and listing. What costs money is written here before it is sent. Amounts
-- and token ids are whole numbers beyond 64 bits, hence text.

CREATE TABLE ledger_tokens (
    chain_id BIGINT NOT NULL,
    collection TEXT NOT NULL,
    token TEXT NOT NULL,
    artwork TEXT NOT NULL,
    state TEXT NOT NULL,
    item TEXT NOT NULL,
    image_cid TEXT,
    metadata_cid TEXT,
    metadata TEXT,
    owner TEXT,
    updated DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (chain_id, collection, token)
);

CREATE UNIQUE INDEX ledger_tokens_artwork ON ledger_tokens (chain_id, collection, artwork);
CREATE INDEX ledger_tokens_state ON ledger_tokens (state);

-- One row for each nonce; its attempts differ in their fees only.
CREATE TABLE ledger_transactions (
    chain_id BIGINT NOT NULL,
    sender TEXT NOT NULL,
    nonce BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    recipient TEXT,
    data TEXT NOT NULL,
    value TEXT NOT NULL,
    gas BIGINT NOT NULL,
    state TEXT NOT NULL,
    cost TEXT NOT NULL,
    hash TEXT,
    block BIGINT,
    created DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (chain_id, sender, nonce)
);

CREATE INDEX ledger_transactions_open ON ledger_transactions (chain_id, sender) WHERE state = 'sent';

CREATE TABLE ledger_attempts (
    hash TEXT PRIMARY KEY,
    chain_id BIGINT NOT NULL,
    sender TEXT NOT NULL,
    nonce BIGINT NOT NULL,
    raw TEXT NOT NULL,
    max_fee TEXT NOT NULL,
    priority TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL
);

CREATE INDEX ledger_attempts_nonce ON ledger_attempts (chain_id, sender, nonce);

CREATE TABLE ledger_orders (
    hash TEXT PRIMARY KEY,
    chain_id BIGINT NOT NULL,
    collection TEXT NOT NULL,
    token TEXT NOT NULL,
    serial INTEGER NOT NULL,
    terms TEXT NOT NULL,
    signature TEXT NOT NULL,
    price TEXT NOT NULL,
    currency TEXT NOT NULL,
    ends BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL,
    updated DOUBLE PRECISION NOT NULL
);

CREATE UNIQUE INDEX ledger_orders_serial ON ledger_orders (chain_id, collection, token, serial);

-- A token is for sale once at a time.
CREATE UNIQUE INDEX ledger_orders_live ON ledger_orders (chain_id, collection, token)
    WHERE state IN ('signed', 'posting', 'posted', 'cancelling');

-- Append-only: who did what, when.
CREATE TABLE ledger_log (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    data TEXT NOT NULL,
    done_by TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL
);

-- Who may spend now. `fence` grows with each holder: one whose turn is over can write no more.
CREATE TABLE ledger_locks (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    fence BIGINT NOT NULL,
    until DOUBLE PRECISION NOT NULL
);
