#!/bin/sh
# Makes this container a node named after its hostname; after a restart it is the same node. Runner and jobs run as the user weir:
# they cannot read the join token.
set -eu

become_weir() {
  exec setpriv --reuid weir --regid weir --init-groups --inh-caps=-all "$@"
}

if [ -f "$WEIR_HOME/node.json" ]; then become_weir weir node join; fi
until [ -s /run/weir-join/token ]; do sleep 1; done
become_weir weir node join --host "$WEIR_HOST_URL" --name "$(hostname)" --token - </run/weir-join/token
