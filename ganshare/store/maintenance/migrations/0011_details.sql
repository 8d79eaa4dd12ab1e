-- What a sentence was made from, as JSON: its text, code and values, for readers of other languages.
-- NULL of what has no code, and of what older versions wrote.

ALTER TABLE jobs ADD COLUMN error_details TEXT;
ALTER TABLE artworks ADD COLUMN hidden_details TEXT;
ALTER TABLE notes ADD COLUMN reason_details TEXT;
