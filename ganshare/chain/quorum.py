"""Asks several endpoints the same question, patiently; more than half must agree.

An endpoint that is away, wants fewer questions or has not heard of a block is asked again, until
the question's one deadline. One that says otherwise than the majority is outvoted and named.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from ganshare.chain.rpc import Endpoint, EndpointAway, RpcError
from ganshare.errors import WorldError, quoted
from ganshare.monitoring.log import get_logger

__all__ = ["Answer", "Disagreement", "Patience", "Quorum"]

Read = Callable[[Any], Hashable]
Decide = Callable[[Sequence["Answer"]], Sequence["Answer"]]
_BROADCAST = 10.0  # seconds; what nobody took is sent again later
_log = get_logger(__name__)


class Disagreement(WorldError):  # noqa: N818  # says what is the case
    """Endpoints contradict each other, or too few of them answer."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a question is asked again, in seconds.

    Args:
        deadline: for the whole question, from its first attempt.
        first: between the first two attempts; each pause is twice the one before.
        longest: pause.
        grace: for the others once the question is decided, so that what they say is heard, too.
    """

    deadline: float = 30.0
    first: float = 0.25
    longest: float = 4.0
    grace: float = 0.5


@dataclass(frozen=True, slots=True)
class Answer:
    """What one endpoint said: a value, the chain's refusal, or why there is neither."""

    endpoint: str
    value: Hashable

    @property
    def is_value(self) -> bool:
        """Whether it is neither a refusal nor a failure."""
        return not isinstance(self.value, WorldError)

    @property
    def key(self) -> Hashable:
        """What answers are compared by: clients word the same refusal differently."""
        return (True, self.value) if self.is_value else (False, type(self.value))

    def __str__(self) -> str:
        if isinstance(self.value, EndpointAway | RpcError):
            return f"{self.endpoint}: {self.value.reason}"
        return f"{self.endpoint} says {quoted(str(self.value))}"


class Quorum:
    """Several endpoints of one chain.

    Args:
        endpoints: of which more than half must say the same.
    """

    def __init__(self, endpoints: Sequence[Endpoint], patience: Patience | None = None) -> None:
        self.endpoints = tuple(endpoints)
        self.size = len(endpoints) // 2 + 1
        self._patience = patience or Patience()
        self._named: set[str] = set()

    async def agree(self, method: str, *params: Any, read: Read) -> Any:
        """Give what more than half of all endpoints say.

        Args:
            read: parses an answer; one that it fails on counts as none.

        Raises:
            Disagreement: there was no such majority until the deadline.
            RpcError: the majority says that the chain refuses it.
        """
        answers = await self._decide(method, params, read, self._majority)
        if isinstance(answers[0].value, RpcError):
            raise answers[0].value
        return answers[0].value

    async def gather(self, method: str, *params: Any, read: Read) -> list[Any]:
        """Give the values of more than half of the endpoints, equal or not.

        Raises:
            Disagreement: fewer answered until the deadline.
            RpcError: more than half of them say that the chain refuses it.
        """
        answers = await self._decide(method, params, read, self._enough)
        if isinstance(answers[0].value, RpcError):
            raise answers[0].value
        return [each.value for each in answers]

    async def broadcast(self, method: str, *params: Any, taken: Callable[[Answer], bool]) -> None:
        """Tell all endpoints; it is done when one of them took it.

        Raises:
            RpcError: the chain refuses it.
            Disagreement: no endpoint took it.
        """

        def decide(answers: Sequence[Answer]) -> Sequence[Answer]:
            return [each for each in answers if taken(each)]

        end = time.monotonic() + min(self._patience.deadline, _BROADCAST)
        answers = await self._ask_all(method, params, str, end, decide)
        if decide(answers):
            return
        for each in answers:
            if isinstance(each.value, RpcError):
                raise each.value
        raise Disagreement(
            f"No endpoint of the chain took the transaction ({_list(answers)}); it is sent again "
            "later."
        )

    # --- deciding -----------------------------------------------------------------------------

    async def _decide(
        self, method: str, params: Sequence[Any], read: Read, decide: Decide
    ) -> Sequence[Answer]:
        """Ask until `decide` gives the answers that count."""
        end, pause = time.monotonic() + self._patience.deadline, self._patience.first
        while True:
            answers = await self._ask_all(method, params, read, end, decide)
            if chosen := decide(answers):
                self._name_others(method, answers, chosen)
                return chosen
            hopeful = [each for each in answers if not _is_hopeless(each)]
            if len(hopeful) < self.size or time.monotonic() + pause > end:
                raise self._disagreement(method, answers)
            # They contradict each other: one may only be late.
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._patience.longest)

    def _majority(self, answers: Sequence[Answer]) -> Sequence[Answer]:
        counted = Counter(each.key for each in answers if not _failed(each))
        for key, votes in counted.most_common(1):
            if votes >= self.size:
                return [each for each in answers if each.key == key]
        return []

    def _enough(self, answers: Sequence[Answer]) -> Sequence[Answer]:
        values = [each for each in answers if each.is_value]
        refusals = [each for each in answers if isinstance(each.value, RpcError)]
        return next((those for those in (values, refusals) if len(those) >= self.size), [])

    def _disagreement(self, method: str, answers: Sequence[Answer]) -> WorldError:
        there = [each for each in answers if not _failed(each)]
        if len(there) >= self.size:
            return Disagreement(
                f"The chain's endpoints contradict each other about {method}. "
                f"{_list(answers)}. `ganshare admin doctor` looks at each of them."
            )
        missing = [each for each in answers if _failed(each)]
        return Disagreement(
            f"{len(there)} of {len(self.endpoints)} endpoints of the chain answered {method}; "
            f"{self.size} are needed. {_list(missing)}. `ganshare admin doctor` looks at each of "
            "them."
        )

    def _name_others(
        self, method: str, answers: Sequence[Answer], chosen: Sequence[Answer]
    ) -> None:
        """Say once which endpoints the majority did without, and why."""
        for each in answers:
            if each not in chosen and each.endpoint not in self._named:
                self._named.add(each.endpoint)
                _log.warning(
                    "an endpoint is outvoted; `ganshare admin doctor` looks at it",
                    method=method,
                    said=str(each),
                )

    # --- asking -------------------------------------------------------------------------------

    async def _ask_all(
        self, method: str, params: Sequence[Any], read: Read, end: float, decide: Decide
    ) -> list[Answer]:
        """Ask all at once; the last ones are not waited for long once it is decided."""
        asked = {
            asyncio.create_task(self._ask(each, method, params, read, end)): each
            for each in self.endpoints
        }
        answers: list[Answer] = []
        waiting = set(asked)
        try:
            while waiting:
                left = self._patience.grace if decide(answers) else max(0.0, end - time.monotonic())
                done, waiting = await asyncio.wait(
                    waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED
                )
                if not done:
                    break
                answers += [each.result() for each in done]
        finally:
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        if decide(answers):
            return answers
        silent = [asked[each].away(method, "nothing in time") for each in waiting]
        names = [asked[each].name for each in waiting]
        return answers + [Answer(*each) for each in zip(names, silent, strict=True)]

    async def _ask(
        self, endpoint: Endpoint, method: str, params: Sequence[Any], read: Read, end: float
    ) -> Answer:
        """Ask one, again and again until it answers or the deadline is near."""
        pause = self._patience.first
        while True:
            try:
                return Answer(endpoint.name, await _ask_once(endpoint, method, params, read))
            except RpcError as error:
                return Answer(endpoint.name, error)
            except EndpointAway as error:
                wait = max(pause, error.wait)
                if not error.passing or time.monotonic() + wait > end:
                    return Answer(endpoint.name, error)
            await asyncio.sleep(wait)
            pause = min(2 * pause, self._patience.longest)


async def _ask_once(endpoint: Endpoint, method: str, params: Sequence[Any], read: Read) -> Hashable:
    found = await endpoint.ask(method, *params)
    try:
        return read(found)
    except (AttributeError, LookupError, TypeError, ValueError):
        reason = "it does not have that yet" if found is None else "an answer that cannot be read"
        raise endpoint.away(method, reason) from None


def _failed(answer: Answer) -> bool:
    return isinstance(answer.value, EndpointAway)


def _is_hopeless(answer: Answer) -> bool:
    return isinstance(answer.value, EndpointAway) and not answer.value.passing


def _list(answers: Sequence[Answer]) -> str:
    return "; ".join(sorted(str(each) for each in answers))
