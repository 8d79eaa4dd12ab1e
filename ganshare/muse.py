"""The old name of `ganshare.prompts.thompson`, for prompt sources of other packages."""

from ganshare.prompts.thompson import Idea, Muse, PromptSource, Record

__all__ = ["Idea", "Muse", "PromptSource", "Record"]
