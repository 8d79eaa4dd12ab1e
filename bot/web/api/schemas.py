"""JSON Schemas of what the API takes and gives."""

from typing import Any

from bot.core.commands.definitions import COMMANDS, VISIBILITIES, find_command
from bot.core.commands.parameters import Kind, Parameter
from bot.web.views.leaderboards import BOARDS
from ganshare.domain.community import Scope
from ganshare.domain.jobs import JobState
from ganshare.domain.pings import Ping
from ganshare.domain.sales import SaleState

__all__ = ["SCHEMAS", "Schema", "arguments_schema", "listed", "parameter_schema", "reference"]

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
YES_NO: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "number", "description": "Seconds since 1970."}
ADDRESS: Schema = {"type": "string", "format": "uri"}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def reference(name: str) -> Schema:
    """Point to a schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(name: str, *, paged: bool = False) -> Schema:
    """An object with a list of such things; a paged one says from where to go on."""
    properties: Schema = {"items": {"type": "array", "items": reference(name)}}
    if paged:
        about = "Give it as `after` for what follows; null at the end."
        properties["next"] = {**_or_null(TEXT), "description": about}
    return _object(properties)


def _object(properties: Schema, *, optional: tuple[str, ...] = (), about: str = "") -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }
    return {**schema, "description": about} if about else schema


def parameter_schema(parameter: Parameter) -> Schema:
    """The values of one parameter of a command."""
    match parameter.kind:
        case Kind.NUMBER:
            bounds = {"minimum": parameter.minimum, "maximum": parameter.maximum}
            schema = {**NUMBER, **bounds}
        case Kind.CHOICE:
            schema = {**TEXT, "enum": list(parameter.choices)}
        case Kind.PICTURE:
            return {**TEXT, "contentMediaType": "application/octet-stream"}
        case _:
            schema = {**TEXT, "minLength": parameter.minimum, "maxLength": parameter.maximum}
    return {name: value for name, value in schema.items() if value is not None}


def arguments_schema(command: str, *, with_picture: bool = False) -> Schema:
    """The arguments of a command as an object."""
    found = find_command(command).parameters
    taken = [each for each in found if with_picture or each.kind is not Kind.PICTURE]
    schema: Schema = {
        "type": "object",
        "properties": {each.name: parameter_schema(each) for each in taken},
        "additionalProperties": False,
    }
    if required := [each.name for each in taken if each.required]:
        schema["required"] = required
    return schema


_RANKED: Schema = {"type": "array", "items": reference("Ranked")}

_JOB: Schema = {
    "id": TEXT,
    "state": {**TEXT, "enum": [str(each) for each in JobState]},
    "over": YES_NO,
    "prompt": TEXT,
    "reading": {**_or_null(TEXT), "description": "What is painted in its place."},
    "seed": NUMBER,
    "model": TEXT,
    "width": NUMBER,
    "height": NUMBER,
    "step": NUMBER,
    "steps": NUMBER,
    "visibility": {**TEXT, "enum": list(VISIBILITIES)},
    "cancel_requested": YES_NO,
    "position": {**_or_null(NUMBER), "description": "In the queue, from 1."},
    "eta_seconds": _or_null({"type": "number"}),
    "title": {**TEXT, "description": "How it stands, in words."},
    "text": TEXT,
    "frame": {**_or_null(ADDRESS), "description": "The newest frame, a JPEG."},
    "painting": {**_or_null(TEXT), "description": "The id of what came of it."},
    "created": MOMENT,
}

SCHEMAS: dict[str, Schema] = {
    "Problem": _object(
        {
            "type": {**TEXT, "format": "uri"},
            "title": TEXT,
            "status": NUMBER,
            "detail": {**TEXT, "description": "One sentence, in the language of the request."},
            "code": {**TEXT, "description": "Stays the same in all languages and versions."},
            "values": {"type": "object", "description": "What goes into the sentence."},
        },
        about="What is the matter (RFC 9457).",
    ),
    "Member": _object(
        {
            "account": TEXT,
            "accounts": {"type": "array", "items": TEXT},
            "name": TEXT,
            "rank": {**TEXT, "enum": ["member", "curator", "admin"]},
            "scopes": {"type": "array", "items": {**TEXT, "enum": list(Scope)}},
            "visibility": {**TEXT, "enum": list(VISIBILITIES)},
            "notify": {**TEXT, "enum": [str(each) for each in Ping]},
        }
    ),
    "Choices": _object(
        {
            "visibility": {**TEXT, "enum": [*VISIBILITIES, "default"]},
            "notify": {**TEXT, "enum": [str(each) for each in Ping]},
        },
        optional=("visibility", "notify"),
    ),
    "Job": _object(_JOB),
    "Asked": _object(
        {**_JOB, "jobs": {"type": "array", "items": reference("Job")}},
        about="The first of the jobs that were asked for, and all of them.",
    ),
    "Painting": _object(
        {
            "id": TEXT,
            "job": TEXT,
            "prompt": TEXT,
            "reading": _or_null(TEXT),
            "artist": {**TEXT, "description": "Empty where that is not public."},
            "is_mine": YES_NO,
            "seed": NUMBER,
            "model": TEXT,
            "width": NUMBER,
            "height": NUMBER,
            "sha256": TEXT,
            "created": MOMENT,
            "visibility": {**TEXT, "enum": list(VISIBILITIES)},
            "may_sell": YES_NO,
            "attributes": {"type": "object", "additionalProperties": TEXT},
            "votes": NUMBER,
            "voted": YES_NO,
            "sale": _or_null(reference("Sale")),
            "page": ADDRESS,
            "pictures": _object(
                {"full": ADDRESS, "large": ADDRESS, "small": ADDRESS, "film": _or_null(ADDRESS)}
            ),
        }
    ),
    "Sale": _object(
        {
            "state": {**TEXT, "enum": [str(each) for each in SaleState]},
            "price": TEXT,
            "token_page": _or_null(TEXT),
            "listing_page": _or_null(TEXT),
        }
    ),
    "Vote": _object(
        {
            "votes": NUMBER,
            "voted": YES_NO,
            "counts": {**YES_NO, "description": "Whether the vote counts; the sentence says why."},
            "sentence": TEXT,
        }
    ),
    "Round": _object(
        {
            "id": TEXT,
            "title": TEXT,
            "place": TEXT,
            "opens": MOMENT,
            "closes": MOMENT,
            "is_open": YES_NO,
            "entries": NUMBER,
            "pool": NUMBER,
            "votes": NUMBER,
            "voters": NUMBER,
            "winners": {"type": "array", "items": TEXT, "description": "Once it has ended."},
        }
    ),
    "Leaderboards": _object(dict.fromkeys(BOARDS, _RANKED)),
    "Ranked": _object(
        {"name": {**TEXT, "description": "Empty if it is not known."}, "count": NUMBER}
    ),
    "Next": _object({"painting": _or_null(reference("Painting"))}),
    "Queue": _object(
        {
            "queued": NUMBER,
            "running": NUMBER,
            "engines": NUMBER,
            "models": {"type": "array", "items": TEXT},
        }
    ),
    "Command": _object(
        {
            "name": {**TEXT, "enum": [each.name for each in COMMANDS]},
            "description": TEXT,
            "rank": TEXT,
            "parameters": {
                "type": "array",
                "items": _object(
                    {
                        "name": TEXT,
                        "description": TEXT,
                        "required": YES_NO,
                        "schema": {"type": "object"},
                    }
                ),
            },
        }
    ),
    "Reply": _object(
        {
            "title": TEXT,
            "text": TEXT,
            "fields": {"type": "array", "items": _object({"name": TEXT, "value": TEXT})},
            "buttons": {
                "type": "array",
                "items": {
                    "type": "array",
                    "items": _object({"data": TEXT, "label": TEXT, "url": TEXT}),
                },
            },
            "paintings": {"type": "array", "items": TEXT},
            "job": {**_or_null(TEXT), "description": "That the message shows."},
            "jobs": {"type": "array", "items": TEXT, "description": "All that it shows."},
        },
        about="What a chat would show: plain text, and buttons to send to /presses.",
    ),
    "Sentence": _object({"sentence": TEXT}),
}
