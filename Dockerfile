# One file, one image for each app: docker build --target api|worker|simulator|ops .

FROM node:24-slim AS build
ENV CI=true TURBO_TELEMETRY_DISABLED=1
RUN npm install --global pnpm@12.21.0
WORKDIR /repository
# The packages first and alone: this layer stays as long as the lockfile does.
COPY pnpm-lock.yaml pnpm-workspace.yaml ./
RUN pnpm fetch
COPY . .
RUN pnpm install --frozen-lockfile --prefer-offline && pnpm build
# Each app with what it needs to run and nothing else, as tests/deploy starts it.
RUN for app in api worker simulator ops; do \
      pnpm --config.minimumReleaseAge=0 --offline --filter "@orders/$app" \
        --prod deploy --legacy "/deploy/$app" || exit 1; \
    done

FROM node:24-slim AS runtime
ENV NODE_ENV=production
WORKDIR /app
# What it runs belongs to root: the process cannot change its own code.
USER node
# One helper thread of V8 (packages/local-services/src/node-options.ts says why).
CMD ["node", "--v8-pool-size=1", "dist/main.js"]

FROM runtime AS api
COPY --from=build /deploy/api ./
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.INTERNAL_PORT || 3001) + '/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

FROM runtime AS worker
COPY --from=build /deploy/worker ./
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.INTERNAL_PORT || 3002) + '/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

FROM runtime AS simulator
# It stands for the outside world and refuses to run in production.
ENV NODE_ENV=development HOST=0.0.0.0 LEDGER_FILE=/data/ledger.ndjson
COPY --from=build /deploy/simulator ./
USER root
RUN install --directory --owner=node --group=node /data
USER node
VOLUME /data
EXPOSE 4010
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 4010) + '/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

FROM runtime AS ops
ENV MIGRATIONS_FOLDER=/app/prisma/migrations
COPY --from=build /deploy/ops ./
COPY --from=build /repository/prisma ./prisma
# Nothing runs for long in it: it is started for one command.
HEALTHCHECK NONE
CMD ["node", "dist/main.js", "--help"]
