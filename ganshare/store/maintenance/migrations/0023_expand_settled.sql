-- Jobs that are over and were told of to the end. PostgreSQL gets an index of the others in the place
-- of two that each beat had to write (see ganshare/store/queue/unread.py); an older bot still finds
-- its news there, though slowly.

ALTER TABLE jobs ADD COLUMN settled BOOLEAN NOT NULL DEFAULT TRUE;
