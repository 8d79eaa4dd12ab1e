-- Engines that fell silent with a job: such a job is a suspect, which is painted alone from then on.
-- An attempt that got further than all before it (`furthest`, `kept_state`) is no silence of the job's.

ALTER TABLE jobs ADD COLUMN suspect BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE jobs ADD COLUMN silences INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN furthest INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN kept_state TEXT;
CREATE INDEX jobs_suspects ON jobs (id) WHERE suspect AND state = 'queued';
