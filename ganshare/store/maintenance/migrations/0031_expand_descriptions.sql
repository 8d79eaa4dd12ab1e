-- What an engine has read in a picture; NULL: nothing was to be described, or it is not done.

ALTER TABLE jobs ADD COLUMN description TEXT;
