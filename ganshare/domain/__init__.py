"""What all processes speak about, as values: no files, no database, no clock."""
