"""The gate: what wallets hold on the chain, and what that allows."""
