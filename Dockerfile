# mysql-updown as an image: built JavaScript and what it needs at run time, no compiler, no root.
#
#   docker build -t mysql-updown .
#   docker run --rm -e DATABASE_URL -v "$PWD/sql:/app/sql:ro" mysql-updown
#
# Or as the base of an image that carries its migrations:
#
#   FROM mysql-updown
#   COPY sql sql

FROM node:24-alpine AS build
WORKDIR /build
COPY package.json package-lock.json ./
# No package of ours needs an install script to run.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.cjs scripts/node-version.cjs scripts/sources.cjs scripts/
COPY src src
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM node:24-alpine
LABEL org.opencontainers.image.title="mysql-updown" \
      org.opencontainers.image.description="Plain SQL migrations for MySQL and MariaDB that survive a crash" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /build/package.json /opt/mysql-updown/
COPY --from=build /build/node_modules /opt/mysql-updown/node_modules
COPY --from=build /build/dist /opt/mysql-updown/dist
COPY scripts/entrypoint.sh /usr/local/bin/mysql-updown-entrypoint
RUN chmod 755 /usr/local/bin/mysql-updown-entrypoint /opt/mysql-updown/dist/bin.js \
 && ln -s /opt/mysql-updown/dist/bin.js /usr/local/bin/mysql-updown
# The migrations: sql/migrations below, unless MIGRATIONS_DIR says otherwise.
WORKDIR /app
USER node
ENTRYPOINT ["mysql-updown-entrypoint"]
