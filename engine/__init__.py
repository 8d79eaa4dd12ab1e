"""The GPU engine: job -> latent -> frame -> image."""
