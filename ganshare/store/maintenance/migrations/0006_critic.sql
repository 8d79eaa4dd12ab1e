-- What the critic thinks of paintings, computed where the perceptor is. It stands beside the votes.

CREATE TABLE critics (
    name TEXT PRIMARY KEY,
    phrase TEXT NOT NULL,
    perceptor TEXT NOT NULL,
    report TEXT NOT NULL,
    made DOUBLE PRECISION NOT NULL
);

CREATE TABLE critic_scores (
    artwork TEXT NOT NULL REFERENCES artworks (id),
    critic TEXT NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (artwork, critic)
);

CREATE INDEX critic_scores_order ON critic_scores (critic, score);

-- Finished paintings of rounds for which the critic chooses, until it has looked at them.
CREATE TABLE round_waiting (
    round TEXT NOT NULL REFERENCES rounds (id),
    artwork TEXT NOT NULL REFERENCES artworks (id),
    since DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (round, artwork)
);

-- Whether a platform told an account's age, or it counts since it was first seen.
ALTER TABLE voters ADD COLUMN told BOOLEAN NOT NULL DEFAULT FALSE;
