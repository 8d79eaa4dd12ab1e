"""Passkeys (WebAuthn): what browsers are asked for, and what they answer, checked with py_webauthn.

https://www.w3.org/TR/webauthn-3/
"""

import hashlib
import hmac
import ipaddress
import json
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bot.core.messages import Person
from bot.core.rendering.errors import RefusalError
from bot.web.sessions import Session
from ganshare.domain.community import Passkey

__all__ = ["Ceremony", "NewPasskey", "key_id_of"]

SECONDS = 300  # for which a challenge can be answered
_SALT = 16  # bytes of a challenge before its time and its seal
_REQUIRED = UserVerificationRequirement.REQUIRED  # it stands for a password, too


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What the page keeps of a passkey; texts in base64url."""

    id: str
    public_key: str
    sign_count: int


@dataclass(frozen=True, slots=True)
class Ceremony:
    """The making and the use of passkeys at one address of the page, in one session.

    A challenge is sealed with the session's cookie, so that any process can check the answer.
    """

    origin: str
    session: Session

    @property
    def host(self) -> str | None:
        """The name that passkeys here belong to; None where browsers offer none.

        They want https and a name; on this machine `localhost` will do, and no address of numbers.
        """
        parts = urlsplit(self.origin)
        name = parts.hostname or ""
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name if parts.scheme == "https" or name == "localhost" else None
        return None

    def creation_options(self, person: Person, known: list[Passkey]) -> str:
        """What `navigator.credentials.create` is to be asked for, as JSON."""
        options = webauthn.generate_registration_options(
            rp_id=self._host(),
            rp_name="GANshare",
            user_name=f"{person.name} ({person.id})",
            user_display_name=person.name,
            # Who has the authenticator learns no account from it.
            user_id=hashlib.sha256(f"passkey {person.id}".encode()).digest(),
            challenge=self._challenge(),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(base64url_to_bytes(each.id)) for each in known
            ],
        )
        return webauthn.options_to_json(options)

    def check_created(self, answer: str) -> NewPasskey:
        """Read what `navigator.credentials.create` gave; raises RefusalError."""
        try:
            made = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=self._answered(answer),
                expected_rp_id=self._host(),
                expected_origin=self.origin,
                require_user_verification=True,
            )
        except RefusalError:
            raise
        except Exception as error:  # the parsers raise a dozen types on damaged answers
            raise RefusalError("refusal-passkey-bad") from error
        encode = bytes_to_base64url
        return NewPasskey(
            encode(made.credential_id), encode(made.credential_public_key), made.sign_count
        )

    def request_options(self) -> str:
        """What `navigator.credentials.get` is to be asked for, as JSON: any passkey of here."""
        options = webauthn.generate_authentication_options(
            rp_id=self._host(), challenge=self._challenge(), user_verification=_REQUIRED
        )
        return webauthn.options_to_json(options)

    def check_used(self, answer: str, passkey: Passkey) -> int:
        """Check what `navigator.credentials.get` gave, by this passkey; raises RefusalError.

        Gives how many signatures its authenticator says it has made.
        """
        try:
            return webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=self._answered(answer),
                expected_rp_id=self._host(),
                expected_origin=self.origin,
                credential_public_key=base64url_to_bytes(passkey.public_key),
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            ).new_sign_count
        except RefusalError:
            raise
        except Exception as error:  # the parsers raise a dozen types on damaged answers
            raise RefusalError("refusal-passkey-bad") from error

    def _host(self) -> str:
        if self.host is None:
            raise RefusalError("refusal-passkey-address")
        return self.host

    def _challenge(self) -> bytes:
        return self._sealed(secrets.token_bytes(_SALT) + int(time.time()).to_bytes(8))

    def _sealed(self, head: bytes) -> bytes:
        key = self.session.token.encode()
        return head + hmac.digest(key, b"passkey" + head, "sha256")

    def _answered(self, answer: str) -> bytes:
        """The challenge that was answered, if it is ours, of this session and of late."""
        response = json.loads(answer)["response"]
        data = parse_client_data_json(base64url_to_bytes(response["clientDataJSON"]))
        head = data.challenge[: _SALT + 8]
        age = time.time() - int.from_bytes(head[_SALT:])
        if not hmac.compare_digest(data.challenge, self._sealed(head)) or not -5 < age < SECONDS:
            raise RefusalError("refusal-passkey-bad")
        return data.challenge


def key_id_of(answer: str) -> str:
    """By which passkey an answer of `navigator.credentials.get` says that it is; "" for none."""
    try:
        found = json.loads(answer)["id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""
