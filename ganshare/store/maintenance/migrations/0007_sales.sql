-- Where a token and its listing can be looked at, and how many decimals a listing's price has:
-- what the chat and the web page tell about what is minted, for sale and sold.

ALTER TABLE ledger_tokens ADD COLUMN page TEXT;
ALTER TABLE ledger_orders ADD COLUMN page TEXT;
ALTER TABLE ledger_orders ADD COLUMN decimals INTEGER NOT NULL DEFAULT 18;

CREATE INDEX ledger_tokens_by_artwork ON ledger_tokens (artwork);
