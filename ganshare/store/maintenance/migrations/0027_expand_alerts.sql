-- What moderators are told of, until they are.

CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    place TEXT NOT NULL,
    kind TEXT NOT NULL,
    person TEXT NOT NULL,
    about TEXT NOT NULL,
    text TEXT NOT NULL,
    rules TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL
);
