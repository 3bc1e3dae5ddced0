# syntax=docker/dockerfile:1.7
# The one binary, in an image with nothing to install. Its commands and settings: docs/running.md

FROM rust:1.95.0-slim-trixie AS build
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --bin mandate \
    && cp target/release/mandate /usr/local/bin/mandate

FROM debian:13.2-slim
RUN groupadd --gid 10001 mandate \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/mandate --shell /usr/sbin/nologin mandate \
    && install --directory --owner=10001 --group=10001 --mode=0750 /var/lib/mandate
COPY --from=build /usr/local/bin/mandate /usr/local/bin/mandate
COPY --chmod=0755 docker/healthcheck /usr/local/bin/healthcheck
# Numbers, so that an orchestrator can tell that this is not root.
USER 10001:10001
# Where the embedded database and the mails as files go, when no settings say otherwise.
WORKDIR /var/lib/mandate
VOLUME /var/lib/mandate
ENV MANDATE_LISTEN=0.0.0.0:8080 MANDATE_METRICS_LISTEN=0.0.0.0:9464
EXPOSE 8080 9464
STOPSIGNAL SIGTERM
ENTRYPOINT ["mandate"]
CMD ["up"]
