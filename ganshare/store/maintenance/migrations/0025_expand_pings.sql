-- When a person is told by a message of its own that a painting is done; NULL: if it took long.

ALTER TABLE people ADD COLUMN ping TEXT;
