-- People whose requests one server or group does not take.

CREATE TABLE bans (
    place TEXT NOT NULL,
    person TEXT NOT NULL,
    banned_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    created DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (place, person)
);

CREATE INDEX bans_person ON bans (person);
