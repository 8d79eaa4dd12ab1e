-- What requesters say about the sale of their paintings, and the share of the proceeds that the owner
-- promised them when they said it. Where asking means agreeing it is there before the painting.

CREATE TABLE consents (
    job TEXT PRIMARY KEY REFERENCES jobs (id),
    person TEXT NOT NULL,
    agreed BOOLEAN NOT NULL,
    share TEXT NOT NULL,
    given DOUBLE PRECISION NOT NULL
);
