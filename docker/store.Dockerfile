# The store's keeper: makes or renews the tables, then ends. It has no torch. Build from the
# repository's root:
#
#     docker build -f docker/store.Dockerfile -t ganshare-store .

FROM python:3.11.13-slim-bookworm AS build
# May be empty: then pip takes its own default.
ARG PIP_INDEX=""
WORKDIR /source
RUN python -m venv /venv
COPY pyproject.toml hatch_build.py constraints.txt README.md LICENSE NOTICE ./
COPY ganshare ganshare
COPY wordlists wordlists
RUN /venv/bin/pip install --no-cache-dir ${PIP_INDEX:+--index-url "$PIP_INDEX"} \
    --constraint constraints.txt .

FROM python:3.11.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --create-home ganshare
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
VOLUME /data
# It runs once; its exit code is its health.
HEALTHCHECK NONE
CMD ["python", "-m", "ganshare", "store", "migrate"]
