// Runs a client of docs/live.md, and prints each change that it hands on: module, URL, token, campaign,
// cursor.
import WebSocket from "ws";

// Browsers and later versions of Node have one.
globalThis.WebSocket ??= WebSocket;

const [module, url, token, campaignId, after] = process.argv.slice(2);
const { changes } = await import(module);
for await (const change of changes(url, async () => token, campaignId, after || null)) {
  console.log(JSON.stringify(change));
}
