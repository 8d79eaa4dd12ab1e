"""Stand-ins for the platforms on loopback, and scripted users, for tests of the frontends."""
