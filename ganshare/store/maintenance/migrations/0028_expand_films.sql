-- The blob of the film that shows how a painting came about; NULL: there is none.

ALTER TABLE artworks ADD COLUMN film TEXT;
