-- Whose turn it is to do what is done for all: nobody's again before `until`.

CREATE TABLE turns (
    name TEXT PRIMARY KEY,
    until DOUBLE PRECISION NOT NULL
);
