# The admin's commands (curate, mint, list) and backups of the store. It has no torch, and PostgreSQL's
# client programs. Build from the repository's root, and mount the keys so that nothing can change them:
#
#     docker build -f docker/admin.Dockerfile -t ganshare-admin .
#     docker run --rm -it --env-file postgres.env -v ./keys:/keys:ro ganshare-admin \
#         python -m ganshare admin plan

FROM python:3.11.13-slim-bookworm AS build
# May be empty: then pip takes its own default.
ARG PIP_INDEX=""
WORKDIR /source
RUN python -m venv /venv
COPY pyproject.toml hatch_build.py constraints.txt README.md LICENSE NOTICE ./
COPY ganshare ganshare
COPY admin admin
COPY wordlists wordlists
RUN /venv/bin/pip install --no-cache-dir ${PIP_INDEX:+--index-url "$PIP_INDEX"} \
    --constraint constraints.txt '.[admin]'

FROM python:3.11.13-slim-bookworm
# pg_dump, pg_restore and psql of Debian's PostgreSQL 15; its minor version is Debian's to choose.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --create-home ganshare
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ADMIN_KEYSTORE=/keys/minter.json
USER 10001
WORKDIR /data
VOLUME /data
# It runs once; its exit code is its health.
HEALTHCHECK NONE
CMD ["python", "-m", "ganshare", "admin", "status"]
