# The Holdfast service as an image: its sources, its run-time packages, and nothing else.
#
#   docker build -t holdfast .
#   docker run -p 7420:7420 -v holdfast:/data -v ./keys.json:/keys.json:ro -e HOLDFAST_KEYS=/keys.json holdfast
#
# A container is reached from outside, so the service listens on all of its addresses, and off loopback it demands a key: without
# HOLDFAST_KEYS or HOLDFAST_API_KEY it says so and ends. HOLDFAST_TLS_CERT and HOLDFAST_TLS_KEY name mounted files, for TLS. Another port is given as HOLDFAST_PORT, not as a flag: the health check reads it too. It writes to
# /data alone, so it runs with --read-only. One container at a time may use a volume: the embedded store has one writer. With HOLDFAST_STORE set
# to a Redis nothing is written here, and any number of containers may share that: see compose.yaml.

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY service/package.json service/
COPY client/package.json client/
COPY test/bench/package.json test/bench/
# The pinned Node.js of the development dependencies is not needed where the image brings one, so no install script has to run.
RUN npm ci --workspace service --omit=dev --ignore-scripts
COPY service/src service/src
RUN mkdir data

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    HOLDFAST_HOST=0.0.0.0 \
    HOLDFAST_PORT=7420 \
    HOLDFAST_STORE=file:/data/holdfast.db
WORKDIR /app
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/service service
# An empty folder that belongs to the service's user; a named volume takes its owner over.
COPY --from=build --chown=1000:1000 /build/data /data
USER 1000:1000
VOLUME /data
EXPOSE 7420
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["node", "-e", "const { HOLDFAST_PORT: port, HOLDFAST_TLS_CERT: tls } = process.env; require(tls ? 'https' : 'http').get({ host: '127.0.0.1', port, path: '/healthz', rejectUnauthorized: false }, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
ENTRYPOINT ["node", "/app/service/src/main.ts"]
