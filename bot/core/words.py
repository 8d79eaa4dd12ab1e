"""Every word that people read, from Fluent catalogues: the same on all platforms, by language."""

__all__ = ["Words"]


class Words:
    """The catalogues in bot/locale, one for each language."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Those there are, English first: ("en", "zh")."""
        raise NotImplementedError

    def language(self, locale: str) -> str:
        """Give the language for a BCP 47 tag: "zh-TW" gives "zh", an unknown one "en"."""
        raise NotImplementedError

    def say(self, locale: str, message: str, /, **values: str | int | float) -> str:
        """Give a message in the language for a tag; KeyError if no catalogue has it."""
        raise NotImplementedError
