// A client of live updates, as pages write it: it goes on from its last cursor after each break.
//
//     node live.mjs (ws|sse) ADDRESS TOKEN QUERY [ATTEMPTS]
//
// Each line that it prints is a JSON array: what happened, and its value. The token may be changed
// by a line of standard input.
import { createClient as createSse } from 'graphql-sse'
import { createClient as createWs } from 'graphql-ws'
import { createInterface } from 'node:readline'
import WebSocket from 'ws'

const [protocol, address, given, query, attempts = 5] = process.argv.slice(2)
let token = given
const print = (...told) => console.log(JSON.stringify(told))
createInterface({ input: process.stdin }).on('line', (line) => (token = line))

// As short as the tests want it: the clients wait for seconds between their attempts.
const wait = () => new Promise((resolve) => setTimeout(resolve, 50))
const on = { connecting: (again) => print('connecting', Boolean(again)) }
const client =
  protocol === 'ws'
    ? createWs({
        url: address.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: () => ({ Authorization: `Bearer ${token}` }),
        retryAttempts: Number(attempts),
        retryWait: wait,
        on: {
          ...on,
          connected: () => print('connected'),
          closed: ({ code, reason }) => print('closed', code ?? null, reason ?? null),
        },
      })
    : createSse({
        url: address,
        headers: () => ({ Authorization: `Bearer ${token}` }),
        retryAttempts: Number(attempts),
        retry: wait,
        on: { ...on, connected: () => print('connected') },
      })

// Both write the request anew at each attempt: so what is in it then is where they go on.
const request = { query, variables: {} }
client.subscribe(request, {
  next(result) {
    const [change] = Object.values(result.data ?? {})
    if (change?.cursor) request.variables.after = change.cursor
    print('next', result)
  },
  error: (error) =>
    print('error', Array.isArray(error) ? error : (error.code ?? null), error.reason ?? String(error)),
  complete: () => print('complete'),
})
