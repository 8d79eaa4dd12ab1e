"""Everything that the frontends share: commands, replies, limits, delivery. No platform code."""
