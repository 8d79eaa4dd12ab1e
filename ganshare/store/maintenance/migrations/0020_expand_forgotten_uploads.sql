-- Pictures that forgotten people began from, until they are removed.

CREATE TABLE forgotten_uploads (
    blob TEXT PRIMARY KEY
);
