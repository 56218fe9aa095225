// Runs a client of docs/live.md, and prints each change that it hands on: module, URL, tokens (given one
// after the other, the last one again and again), campaign, cursor.
import WebSocket from "ws";

// Browsers and later versions of Node have one.
globalThis.WebSocket ??= WebSocket;

const [module, url, tokens, campaignId, after] = process.argv.slice(2);
const left = tokens.split(" ");
const token = async () => (left.length > 1 ? left.shift() : left[0]);
const { changes } = await import(module);
for await (const change of changes(url, token, campaignId, after || null)) {
  console.log(JSON.stringify(change));
}
