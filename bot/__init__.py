"""The frontends: a platform-free core, and Discord, Telegram, web and terminal around it."""
