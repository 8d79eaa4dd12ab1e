"""What errors and reasons say: the English sentence of each code, and the values that go into it.

Frontends say the same in other languages: the message `refusal-CODE` in bot/locale has the same
variables. A number is grouped as the reader's language has it (1,000); what people type as it
stands, such as a number of steps, is given as text.
"""

from collections.abc import Mapping
from typing import Any, Self

__all__ = ["SENTENCES", "Sentence", "Value", "sentence"]

Value = str | int | float

_QUOTE_DASHES = "put words that start with -- in quotes to keep them as text"
_QUOTE_COLON = "put words with a colon in quotes to keep them as text"
_SIZES = (
    "both sides must be multiples of {multiple} from {lowest} to {highest}, and the area at most "
    "that of {area}"
)

SENTENCES: Mapping[str, str] = {
    # words and numbers of any kind
    "unknown": "The {what} {given} is unknown; allowed are {allowed}.",
    "unknown-near": "The {what} {given} is unknown; allowed are {allowed} (did you mean "
    "{nearest}?).",
    "range": "{name} must be between {lowest} and {highest} (got {given}).",
    "model-name": "The model name must have between {lowest} and {highest} characters (got "
    "{given}).",
    "size": f"The size {{given}} is not offered; {_SIZES} (did you mean {{nearest}}?).",
    "size-form": f"The size {{given}} is not WIDTHxHEIGHT, such as {{nearest}}; {_SIZES}.",
    "button": "This button no longer works.",
    "token-scopes": "A token needs at least one of {allowed}.",
    "token-many": "You already have {allowed} tokens; revoke one first.",
    "passkey-known": "This device has a passkey for this page already.",
    "passkey-many": "You have {allowed} passkeys already; remove one of them first.",
    "passkey-none": "You have no such passkey.",
    "token-none": "You have no token {given}.",
    # prompts
    "prompt-empty": "The prompt is empty; it needs some text.",
    "prompt-long": "The prompt has {given:,} characters; at most {allowed:,} are allowed.",
    "prompt-parts": "The prompt has {given} parts; at most {allowed} are allowed; put words "
    "with a | in quotes to keep them as text.",
    "prompt-part": "Part {number} of the prompt is empty; each part between | needs some text.",
    "prompt-weights": "All weights of the prompt are zero or negative; at least one must be "
    f"above zero; {_QUOTE_COLON}.",
    "prompt-weight": "The weight of part {number} must be between {lowest} and {highest} "
    f"(got {{given}}); {_QUOTE_COLON}.",
    "prompt-control": "The prompt contains the control character {given} at position {position}; "
    "only visible characters, spaces and line breaks are allowed.",
    "prompt-group": 'A weight such as {given} must apply to a whole part, as in "a fox | '
    'red:1.3"; put quotes around it to keep it as text.',
    "prompt-lora": "The model {given} cannot be added in a prompt; leave it out, or put quotes "
    "around it to keep it as text.",
    "prompt-settings": "Settings of other programs cannot be read; write --steps 20 --seed 7 "
    "instead, or put quotes around them to keep them as text.",
    "prompt-option": f"There is no option {{given}}; allowed are {{allowed}}; {_QUOTE_DASHES}.",
    "prompt-option-near": "There is no option {given} (did you mean {nearest}?); allowed are "
    f"{{allowed}}; {_QUOTE_DASHES}.",
    "prompt-twice": f"The option --{{option}} is given twice; once is enough; {_QUOTE_DASHES}.",
    "prompt-no-value": f"The option --{{option}} needs a value after it; {_QUOTE_DASHES}.",
    "prompt-number": "The option --{option} needs a whole number from {lowest} to {highest}, not "
    f"{{given}}; {_QUOTE_DASHES}.",
    "prompt-aspect": "The option --ar needs width:height from {lowest} to {highest}, such as 16:9, "
    f"not {{given}}; {_QUOTE_DASHES}.",
    "prompt-preset": "The option --preset needs one of {allowed}, not {given}; "
    f"{_QUOTE_DASHES}.",
    "prompt-unread": "Most of the prompt cannot be read: {given}; English and Chinese can be read.",
    "prompt-script": "Most of the prompt cannot be read: {given}; {allowed} script can be read.",
    "prompt-reading-long": "The prompt reads as {given:,} characters in English; at most "
    "{allowed:,} are allowed.",
    # the queue
    "active": "You have {given} paintings waiting or being painted; at most {allowed} are "
    "allowed; wait until one is done, or cancel one.",
    "queue-full": "The queue is full: {given:,} paintings are waiting, {wait}; please try again "
    "later.",
    "queue-near-full": "The queue is nearly full: {given:,} paintings are waiting, {wait}; the "
    "remaining room is for people who have fewer paintings waiting than your {active}; please "
    "try again later.",
    "wait-minutes": "which takes about {minutes:,} min",
    "wait-unknown": "and no engine is running to estimate the wait",
    "engine-model": "No engine offers the model {given} now; allowed are {allowed}.",
    "engine-model-near": "No engine offers the model {given} now; allowed are {allowed} (did "
    "you mean {nearest}?).",
    "engine-size": "No engine can paint {given} with {model} now; at most {allowed:,} pixels "
    "are allowed, such as {side} on each side.",
    "engine-cutouts": "No engine has enough memory for {given} cutouts on a canvas of this size "
    "now; at most {allowed} are allowed.",
    "engine-describe": "No engine can describe pictures now; please try again later.",
    "described-picture": "The picture to be described",
    "describe-gone": "The picture to be described is no longer there; send it again.",
    "no-job": "There is no painting {given} in the queue.",
    "no-artwork": "There is no painting {given}; perhaps it was deleted.",
    "cancel-not-yours": "The painting {given} is not yours; only the member who asked for it may "
    "cancel it.",
    "not-yours": "The painting {given} is not yours; only the member who asked for it may delete "
    "it.",
    # accounts and settings
    "code": "This code is unknown, already used or older than ten minutes; /link gives you a "
    "new one.",
    "one-person": "{one} and {other} are already one person; type the code on another account "
    "of yours.",
    "wallet-nonce": "This request to link a wallet was already used, is older than ten minutes, "
    "or was made for another account or wallet; start again on the wallet page.",
    "wallet-many": "You can link at most {allowed} wallets; unlink one first.",
    "wallet-taken": "This wallet is linked to another person, who must unlink it first.",
    "wallet-cooldown": "This wallet belonged to another person until recently; you can link it "
    "in {days} days.",
    "wallet-message": "The signed message is not a sign-in message for this page (EIP-4361); "
    "start again on the wallet page.",
    "wallet-elsewhere": "The signed message is for {given}, not for {allowed}; sign only what "
    "this page shows.",
    "wallet-chain": "The signed message is for chain {given}, not for chain {allowed}.",
    "wallet-expired": "The signed message has expired; start again on the wallet page.",
    "wallet-signature": "The signature does not belong to the wallet {given}.",
    "wallet-undeployed": "The wallet {given} is a contract that is not deployed yet (EIP-6492); "
    "deploy it with its first transaction, then link it.",
    "wallet-address": "{given} is not a wallet address; an address is 0x and 40 hexadecimal "
    "digits.",
    "wallet-unknown": "The wallet {given} is not linked to you.",
    "share-none": "Only share holders can paint here; link the wallet that holds your share "
    "with /link.",
    "share-used": "Your shares' engine time is used up; /shares says when it is renewed.",
    "share-free": "Without a share, you may ask for {allowed} paintings per day, and you have "
    "used them.",
    "share-unchecked": "Your wallets' shares cannot be checked right now; please try again in a "
    "few minutes.",
    "share-gone": "You no longer hold the share that was to pay for this painting.",
    "unlockable-none": "There is nothing to unlock at {given}.",
    "unlockable-token": "None of your wallets holds the token that unlocks this.",
    "unlockable-link": "This address was made for someone else or is older than five minutes; "
    "open the content again.",
    "sign-in": "This sign-in link was already used or is older than ten minutes; ask for a new "
    "one.",
    "setting-switch": "The setting {setting} must be on or off, or default (got {given}).",
    "setting-number": "The setting {setting} must be a number from {lowest} to {highest}, or "
    "default (got {given}).",
    "setting-multiple": "The setting {setting} must be a multiple of {multiple} from {lowest} to "
    "{highest}, or default (got {given}).",
    "setting-language": "The setting {setting} must be a language such as en or zh, or default "
    "(got {given}).",
    "setting-place": "The setting {setting} must be a place such as discord:123, or default (got "
    "{given}).",
    "visibility-planned": "This painting is planned for minting, so everyone can see it.",
    # votes and rounds
    "vote-own": "This is your own painting; only others can vote on it.",
    "vote-gone": "This painting was deleted or is hidden, so it cannot be voted on.",
    "vote-blocked": "You are blocked here, so your votes do not count.",
    "vote-bot": "Bots cannot vote.",
    "vote-fast": "You can vote at most {allowed} times per minute; please wait a moment.",
    "round-there": "A round is already open in {place}; it has to end first.",
    "round-gone": "There is no round {given}.",
    "round-length": "A round must last between a minute and a year (got {given} seconds).",
    "round-ended": "This round has ended; new paintings can enter the next one.",
    "round-goes-on": "This round is still open; it can be closed early.",
    "round-unweighted": "In this round every vote weighs the same.",
    "round-weighed": "This round already has its snapshot of shares.",
    "round-full": "This round is full with {allowed} paintings; please enter the next one.",
    "enter-not-yours": "This is someone else's painting; only the member who asked for it may "
    "enter it or take it out.",
    "enter-not-public": "This painting is not public; only public paintings can enter a round.",
    "enter-many": "You can enter at most {allowed} paintings in a round.",
    "enter-vetoed": "A curator vetoed this painting: {reason}",
    "enter-elsewhere": "This painting is in another round now.",
    "enter-again": "This painting has already been in a round.",
    "entered-nowhere": "The painting {given} was not in any round.",
    "veto-reason": "A veto needs a reason, which is kept in the log.",
    "approve": "The painting {given} has not won a round; only winners can be approved.",
    "decided-nothing": "Nobody has decided on this painting yet.",
    "sale-planned": "This painting is planned for minting, so the answer about its sale can no "
    "longer change.",
    "decided-planned": "This painting is planned for minting, so the decision about it can no "
    "longer change.",
    # why a job was given up, or a picture is not shown: told by engines, kept in the database
    "picture-unsafe": "The picture is not accepted: {reason}; please choose another one.",
    "image-format": "{what} is not an image in an allowed format ({allowed}).",
    "image-damaged": "{what} is damaged or incomplete.",
    "image-large": "{what} is too large; at most {allowed} megapixels are allowed.",
    "image-pixels": "{what} has {given} pixels; at most {allowed} megapixels are allowed.",
    "init-image": "The picture to start from",
    "request-damaged": "The stored request is damaged: {reason}",
    "engine-memory": "The engine does not have enough memory for this painting.",
    "engine-memory-size": "The engine does not have enough memory for {given}; with {cutouts} "
    "cutouts, the largest size of this shape is {nearest}.",
    "queue-expired": "No engine painted this within {allowed} days; please ask again.",
    "engine-hung": "A step of this painting hung, so the engine had to stop.",
    "job-long": "The painting took longer than {allowed} min; ask for fewer steps or a smaller "
    "size.",
    "engine-silent": "The engine {engine} stopped responding at step {step} of attempt {attempt}.",
    "internal": "Sorry, something went wrong inside GANshare (id {id}).",
    "unsafe-label": "it looks like {label} ({score})",
    "unsafe-unchecked": "it could not be checked",
    "unsafe-reported": "it was reported",
    "unsafe-vetoed": "a curator vetoed it: {reason}",
    # what else the moderation log says
    "log-blocked": "blocked: {rules}",
    "log-flagged": "flagged: {rules}",
    "log-closed": "closed {count} reports",
    "log-by": "by {by}",
}


class Sentence(str):
    """An English sentence that remembers the code and the values that it was made from.

    A value may be such a sentence, too. String methods give a plain `str`.
    """

    __slots__ = ("code", "values")
    code: str
    values: Mapping[str, Value]

    def __new__(cls, text: str, code: str, values: Mapping[str, Value]) -> Self:
        """Keep code and values beside the text."""
        made = super().__new__(cls, text)
        made.code, made.values = code, dict(values)
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """Give what pickle and copy rebuild it from."""
        return Sentence, (str(self), self.code, self.values)


def sentence(code: str, /, **values: Value) -> Sentence:
    """Make the English sentence of a code; texts from strangers are quoted by then.

    Raises:
        KeyError: there is no such code, or it lacks a value.
    """
    return Sentence(SENTENCES[code].format(**values), code, values)
