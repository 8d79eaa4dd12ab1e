"""JSON objects of the Discord stand-in: application, guilds, channels, commands."""

from typing import Any

from bot.testing.discord_world import Channel, DiscordWorld, Guild

__all__ = [
    "application_json",
    "channel_json",
    "command_json",
    "guild_json",
    "member_json",
    "my_guild_json",
    "role_json",
    "user_of_bot_json",
]

TEXT, DIRECT, THREAD = 0, 1, 11
OVERWRITE_OF_MEMBER = 1
JOINED = "2026-01-01T00:00:00+00:00"
_BY_DEFAULT: dict[str, Any] = {
    "name_localizations": None,
    "description_localizations": None,
    "default_member_permissions": None,
    "dm_permission": True,
    "nsfw": False,
    "integration_types": [0],
    "contexts": None,
    "type": 1,
}


def user_of_bot_json(world: DiscordWorld) -> dict[str, Any]:
    """The bot, as it sees itself."""
    return {**world.bot, "mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}


def application_json(world: DiscordWorld) -> dict[str, Any]:
    """The application, as its owner sees it."""
    return {
        "id": str(world.app_id),
        "name": world.bot["global_name"],
        "icon": None,
        "description": "",
        "type": None,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": world.user("Owner"),
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "bot_public": True,
        "bot_require_code_grant": False,
        **world.application,
    }


def command_json(world: DiscordWorld, given: dict[str, Any]) -> dict[str, Any]:
    """A command as it comes back after a sync, with what Discord fills in."""
    name = given["name"]
    known = next((each["id"] for each in world.commands if each["name"] == name), None)
    ids = {"id": known or str(world.snowflake()), "application_id": str(world.app_id)}
    said = {key: value for key, value in given.items() if value is not None}
    if "default_member_permissions" in said:
        said["default_member_permissions"] = str(said["default_member_permissions"])
    return {**_BY_DEFAULT, "description": "", **said, **ids, "version": str(world.snowflake())}


def my_guild_json(world: DiscordWorld, guild: Guild) -> dict[str, Any]:
    """A guild in the list of the bot's."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "banner": None,
        "owner": False,
        "permissions": str(guild.bot_permissions),
        "features": [],
    }


def role_json(guild: Guild) -> list[dict[str, Any]]:
    """The @everyone role, and the bot's own."""
    own = {"id": str(guild.id + 1), "name": "GANshare", "permissions": str(guild.bot_permissions)}
    everybody = {"id": str(guild.id), "name": "@everyone", "permissions": "0"}
    colours = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    rest = {"color": 0, "colors": colours, "hoist": False, "managed": False, "mentionable": False}
    rest |= {"icon": None, "unicode_emoji": None, "flags": 0}
    return [{**each, **rest, "position": place} for place, each in enumerate((everybody, own))]


def member_json(world: DiscordWorld, user: dict[str, Any], **values: Any) -> dict[str, Any]:
    """A user as a member of a guild."""
    return {
        "user": user,
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": [],
        "joined_at": JOINED,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
        **values,
    }


def channel_json(world: DiscordWorld, channel: Channel) -> dict[str, Any]:
    """A channel of a guild, or direct messages."""
    if channel.recipient is not None:
        recipients = [world.users[channel.recipient]]
        return {"id": str(channel.id), "type": DIRECT, "flags": 0, "recipients": recipients}
    denied = {
        "id": world.bot["id"],
        "type": OVERWRITE_OF_MEMBER,
        "allow": "0",
        "deny": str(channel.denied),
    }
    thread = {
        "type": THREAD,
        "parent_id": str(channel.parent),
        "owner_id": world.bot["id"],
        "message_count": 0,
        "total_message_sent": 0,
        "member_count": 1,
        "thread_metadata": {
            "archived": channel.is_archived,
            "auto_archive_duration": 1440,
            "archive_timestamp": "2026-01-01T00:00:00+00:00",
            "locked": channel.is_locked,
        },
    }
    return {
        "id": str(channel.id),
        "type": TEXT,
        "flags": 0,
        "guild_id": str(channel.guild),
        "name": channel.name,
        "position": 0,
        "permission_overwrites": [denied] if channel.denied else [],
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "last_message_id": None,
        **(thread if channel.parent else {}),
    }


def guild_json(world: DiscordWorld, guild: Guild) -> dict[str, Any]:
    """A guild; GUILD_CREATE adds to it."""
    absent = (
        "icon description home_header splash discovery_splash banner application_id afk_channel_id"
        " system_channel_id widget_channel_id vanity_url_code rules_channel_id max_presences"
        " safety_alerts_channel_id public_updates_channel_id incidents_data"
    )
    nought = (
        "system_channel_flags verification_level default_message_notifications mfa_level"
        " explicit_content_filter max_stage_video_channel_users max_video_channel_users"
        " premium_tier premium_subscription_count nsfw_level"
    )
    return {
        **dict.fromkeys(absent.split()),
        **dict.fromkeys(nought.split(), 0),
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner),
        "features": [],
        "roles": role_json(guild),
        "emojis": [],
        "stickers": [],
        "region": "deprecated",
        "afk_timeout": 300,
        "max_members": 500_000,
        "preferred_locale": "en-US",
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "widget_enabled": False,
    }
