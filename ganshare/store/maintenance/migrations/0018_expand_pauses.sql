-- What is paused: "all", "model:NAME" or "engine:ID"; such jobs are not claimed, or not by that engine.

CREATE TABLE pauses (
    subject TEXT PRIMARY KEY,
    since DOUBLE PRECISION NOT NULL
);
