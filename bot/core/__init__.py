"""What every frontend shares: commands, replies, limits, words, delivery. No platform in here."""
