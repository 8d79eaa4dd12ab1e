-- What a person was called when they last voted; NULL: not known.

ALTER TABLE people ADD COLUMN name TEXT;
