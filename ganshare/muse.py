"""The old names of `ganshare.prompts.thompson`, for prompt sources of other packages."""

from ganshare.prompts.thompson import Idea, PromptSource, Record, ThompsonSource

__all__ = ["Idea", "Muse", "PromptSource", "Record"]

Muse = ThompsonSource
