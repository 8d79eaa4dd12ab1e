-- Passkeys that sign an account in on the page: the public halves, base64url.

CREATE TABLE passkeys (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    public_key TEXT NOT NULL,
    sign_count BIGINT NOT NULL,
    created DOUBLE PRECISION NOT NULL,
    used DOUBLE PRECISION
);

CREATE INDEX passkeys_person ON passkeys (person);
