"""VQGAN+CLIP: a latent is optimised until its image fits the prompt."""
