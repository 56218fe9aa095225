// Receives webhooks as a service on Node does: verifies each with npm's standardwebhooks, by the raw
// body, and prints a line of JSON about it. Its first line is the port. The secret is its argument.
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.argv[2]);
const server = createServer(async (request, response) => {
  let body = "";
  request.setEncoding("utf8");
  for await (const part of request) body += part;
  const id = request.headers["webhook-id"];
  try {
    const payload = webhook.verify(body, request.headers);
    console.log(JSON.stringify({ id, payload }));
    response.writeHead(204).end();
  } catch (error) {
    console.log(JSON.stringify({ id, error: error.message }));
    response.writeHead(401).end();
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
