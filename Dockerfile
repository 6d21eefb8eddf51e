# The image holds one static binary, the roots that outbound TLS trusts and a
# data folder: no shell, no package manager, nothing that runs as root.
#
#   docker build --build-arg VERSION=$(git describe --tags --always) -t cognate .
#   docker run -p 8420:8420 -v cognate:/data -e COGNATE_BASE_URL=... -e COGNATE_MASTER_KEYS=... cognate

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/cognate ./cmd/cognate \
	&& mkdir /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/cognate /cognate
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
ENV COGNATE_LISTEN=0.0.0.0:8420 COGNATE_DATA=/data
EXPOSE 8420
VOLUME /data
# Migrations and key making come first; after that the check is the readiness page.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["/cognate", "healthcheck"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/cognate"]
CMD ["serve"]
