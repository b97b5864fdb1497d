# Stand-ins, made of Debian's packages, for the images that docker-compose.yml names.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS redis
# What the official image does: the server runs as this user, and the volume is its own.
RUN mkdir -p /data && chown 999:999 /data
WORKDIR /data
CMD ["redis-server"]

FROM ${BASE} AS haproxy
USER 99:99
CMD ["haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]
