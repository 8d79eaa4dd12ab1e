-- Whoever has held a share before: what they used of it counts for its holder of now.

CREATE INDEX share_holdings_unit ON share_holdings (token, unit);
