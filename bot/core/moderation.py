"""What prompts may not ask for: word lists and regular expressions by language."""

from dataclasses import dataclass

__all__ = ["Finding", "Moderation"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a prompt met.

    Args:
        rule: its name, such as "gore".
        language: of the list that it is from; "*" is for all.
        text: the part of the prompt, as it was typed.
        blocks: whether the prompt is refused, or only noted for admins.
    """

    rule: str
    language: str
    text: str
    blocks: bool


class Moderation:
    """The rules of a community; made by `open_moderation`."""

    def find(self, text: str) -> list[Finding]:
        """Give every rule that a prompt meets."""
        raise NotImplementedError

    def check_prompt(self, text: str, locale: str = "en") -> list[Finding]:
        """Give the rules that only flag; for the moderation log.

        Raises:
            BlockedPromptError: a rule blocks; its sentence says what is not allowed, and its
                `findings` are for the moderation log.
        """
        raise NotImplementedError
