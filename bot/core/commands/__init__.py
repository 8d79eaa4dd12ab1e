"""The commands of every frontend: definitions, arguments, and one handler per group."""
