-- Messages that show paintings, noted before they do, so that each is renewed once a painting is
-- hidden, deleted or shown again. `due` counts what has happened since it was last made right.

CREATE TABLE shown_messages (
    origin TEXT NOT NULL,
    message TEXT NOT NULL,
    address TEXT NOT NULL,
    person TEXT NOT NULL,
    locale TEXT NOT NULL,
    content TEXT NOT NULL,
    due INTEGER NOT NULL,
    retry_at DOUBLE PRECISION NOT NULL,
    expires DOUBLE PRECISION,
    created DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (origin, message)
);

CREATE INDEX shown_messages_due ON shown_messages (origin, created) WHERE due > 0;
CREATE INDEX shown_messages_expires ON shown_messages (expires) WHERE expires IS NOT NULL;

CREATE TABLE shown_paintings (
    artwork TEXT NOT NULL REFERENCES artworks (id),
    origin TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (artwork, origin, message)
);

CREATE INDEX shown_paintings_message ON shown_paintings (origin, message);

-- Posts of rounds until now; of those, what they say is not known.
INSERT INTO shown_messages
    SELECT showings.origin, showings.message, showings.address, '', showings.locale, '{}',
        CASE WHEN artworks.hidden IS NOT NULL OR artworks.deleted IS NOT NULL THEN 1 ELSE 0 END,
        0, NULL, showings.created
    FROM showings JOIN artworks ON artworks.id = showings.artwork
    WHERE NOT EXISTS (SELECT 1 FROM posts WHERE posts.job = artworks.job
        AND posts.origin = showings.origin AND posts.address = showings.address);
INSERT INTO shown_paintings
    SELECT showings.artwork, showings.origin, showings.message
    FROM showings JOIN shown_messages ON shown_messages.origin = showings.origin
        AND shown_messages.message = showings.message;
