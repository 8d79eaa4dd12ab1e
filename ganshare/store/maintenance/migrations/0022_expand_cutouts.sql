-- What cutouts take of an engine's memory, in pixels of canvas: each beyond the default takes
-- `cutout_area`, and all together must fit `room`. Older engines are not asked.

ALTER TABLE jobs ADD COLUMN cutouts INTEGER NOT NULL DEFAULT 16;
ALTER TABLE engines ADD COLUMN room INTEGER NOT NULL DEFAULT 2147483647;
ALTER TABLE engines ADD COLUMN cutout_area INTEGER NOT NULL DEFAULT 0;
