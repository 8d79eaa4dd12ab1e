"""Values that all processes share: no files, no database, no clock."""
