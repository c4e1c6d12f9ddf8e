# Stands for node:24-bookworm-slim where no image can be fetched. It trusts the certificates, and uses the registry, of the machine that builds it.
FROM weir-test-debian
ARG REGISTRY
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt npm_config_registry=$REGISTRY
