# The bots of Discord and Telegram, or, with the command `python -m bot web`, the web page. It has no
# torch. Build from the repository's root:
#
#     docker build -f docker/bot.Dockerfile -t ganshare-bot .

FROM python:3.11.13-slim-bookworm AS build
# May be empty: then pip takes its own default.
ARG PIP_INDEX=""
WORKDIR /source
RUN python -m venv /venv
COPY pyproject.toml hatch_build.py constraints.txt README.md LICENSE NOTICE ./
COPY ganshare ganshare
COPY bot bot
COPY wordlists wordlists
RUN /venv/bin/pip install --no-cache-dir ${PIP_INDEX:+--index-url "$PIP_INDEX"} \
    --constraint constraints.txt '.[bot]'

FROM python:3.11.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --create-home ganshare
COPY --from=build /venv /venv
# The health check and the proxy in front reach the container's own network, nobody else does unless
# a port is published.
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BOT_HEALTH_LISTEN=0.0.0.0:9101 \
    BOT_WEB_LISTEN=0.0.0.0:8000
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000 9101
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-m", "ganshare.probe", "http://127.0.0.1:9101/healthz"]
CMD ["python", "-m", "bot", "run"]
