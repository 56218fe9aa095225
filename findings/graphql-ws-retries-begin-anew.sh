#!/bin/sh
# graphql-ws 6.4.2 with graphql 16.11.0 and ws 8.23.0 (npm)
#
# Expected: a client gives up once its `retryAttempts` are spent ("How many times should the client try
# to reconnect on abnormal socket closure before it errors out?").
#
# Seen: the attempts are counted anew at each acknowledged connection. A server that acknowledges, and
# then closes the socket with 4403 because the caller may not have what they subscribe to, is
# connected to again without end, and the subscription is never told an error.
#
# For users: as a server, refuse one operation by `error` for its id and leave the socket open, or refuse
# the caller before the acknowledgement. As a client, let `shouldRetry` tell 4403 apart.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts graphql@16.11.0 graphql-ws@6.4.2 ws@8.23.0
cat > check.cjs <<'JS'
const assert = require("assert");
const { createClient } = require("graphql-ws");
const WebSocket = require("ws");

function count(closesFirst) {
  return new Promise((resolve) => {
    let connections = 0;
    const server = new WebSocket.Server({ port: 0, handleProtocols: () => "graphql-transport-ws" });
    const end = (error) => {
      resolve({ connections, error });
      server.close();
    };
    server.on("connection", (socket) => {
      connections += 1;
      socket.on("message", (data) => {
        const { type } = JSON.parse(data);
        if (connections > 30) end(null);
        else if (type === "connection_init" && !closesFirst) socket.send('{"type":"connection_ack"}');
        else socket.close(4403, "Forbidden");
      });
    });
    const url = `ws://127.0.0.1:${server.address().port}`;
    const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 3, retryWait: async () => {} });
    client.subscribe({ query: "subscription { a }" }, { next() {}, complete() {}, error: end });
  });
}

(async () => {
  const before = await count(true);
  console.log("closed before the acknowledgement:", before.connections, "connections, then", before.error.code);
  assert.deepStrictEqual([before.connections, before.error.code], [4, 4403]);
  const after = await count(false);
  console.log("closed after it:", after.connections, "connections, and no error");
  assert.deepStrictEqual([after.connections, after.error], [31, null]);
  process.exit();
})();
JS
node check.cjs
