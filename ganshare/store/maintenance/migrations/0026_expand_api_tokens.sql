-- Tokens with which programs act for a person, as their SHA-256.

CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL,
    used DOUBLE PRECISION,
    expires DOUBLE PRECISION NOT NULL
);

CREATE INDEX api_tokens_person ON api_tokens (person);
