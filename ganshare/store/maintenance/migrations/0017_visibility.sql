-- Who may see what is painted, by each person's choice. An older engine would publish in the gallery
-- what is for one person only: stop all engines before this, and start them anew.

ALTER TABLE jobs ADD COLUMN visibility TEXT NOT NULL DEFAULT 'public';
ALTER TABLE artworks ADD COLUMN visibility TEXT NOT NULL DEFAULT 'public';
ALTER TABLE gallery ADD COLUMN visibility TEXT NOT NULL DEFAULT 'public';

-- What a person has chosen for all that they ask, and when they were told that they can.
CREATE TABLE people (
    person TEXT PRIMARY KEY,
    visibility TEXT,
    told DOUBLE PRECISION
);
