"""The wallet: signer, sign-in messages, transactions."""
