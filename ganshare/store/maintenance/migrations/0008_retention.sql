-- What ended, by state and time: counted, listed and pruned without reading every job.
CREATE INDEX jobs_ended ON jobs (state, finished) WHERE finished IS NOT NULL;
DROP INDEX jobs_finished;

-- The few that run among the many that are over.
CREATE INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running';
