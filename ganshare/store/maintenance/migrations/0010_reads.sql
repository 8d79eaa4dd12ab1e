-- The scripts that an engine's perceptor reads, as JSON; NULL of engines that don't say it.

ALTER TABLE engines ADD COLUMN reads TEXT;
