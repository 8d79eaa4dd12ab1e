-- A pause that drains has what is being painted handed back, too. An engine leaves canvases below its
-- `min_area` to others, while such are alive.

ALTER TABLE pauses ADD COLUMN drains BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE engines ADD COLUMN min_area INTEGER NOT NULL DEFAULT 0;
