"""The wallet: key, policy, sign-in messages, transactions."""
