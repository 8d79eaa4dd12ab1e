"""The community page: Starlette around the core, without a build step."""
