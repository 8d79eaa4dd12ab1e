# An engine: claims jobs, paints, publishes. Build from the repository's root:
#
#     docker build -f docker/engine.Dockerfile -t ganshare-engine .
#
# PyTorch is the build for CPUs. For a GPU, name its CUDA; or an index to take PyTorch from:
#
#     docker build -f docker/engine.Dockerfile --build-arg UV_TORCH_BACKEND=cu128 -t ganshare-engine .
#     docker build -f docker/engine.Dockerfile --build-arg TORCH_INDEX=URL -t ganshare-engine .

FROM python:3.11.13-slim-bookworm AS build
# Both may be empty: then pip takes its own default.
ARG PIP_INDEX=""
ARG TORCH_INDEX=""
ARG UV_TORCH_BACKEND="cpu"
WORKDIR /source
RUN python -m venv /venv
COPY constraints.txt ./
COPY ganshare/__init__.py ganshare/install_torch.py ganshare/
# torch alone first: it is large and changes seldom.
RUN env PIP_NO_CACHE_DIR=1 ${PIP_INDEX:+"PIP_INDEX_URL=$PIP_INDEX"} \
    /venv/bin/python -m ganshare.install_torch
COPY pyproject.toml hatch_build.py README.md LICENSE NOTICE ./
COPY ganshare ganshare
COPY engine engine
COPY wordlists wordlists
RUN /venv/bin/pip install --no-cache-dir ${PIP_INDEX:+--index-url "$PIP_INDEX"} \
    --constraint constraints.txt '.[engine]'

FROM python:3.11.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --create-home ganshare
COPY --from=build /venv /venv
# Prometheus and the health check reach the container's own network, nobody else does unless the
# port is published.
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ENGINE_HEALTH_LISTEN=0.0.0.0:9100
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 9100
# Loading models takes a while; a step that hangs shows within a minute or two.
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s --retries=4 \
    CMD ["python", "-m", "ganshare.probe", "http://127.0.0.1:9100/healthz"]
CMD ["python", "-m", "engine", "run"]
