// Reads cases from standard input: screens, and a mutation. For each one fills a normalised cache with
// the screens, runs the mutation through it, and prints as JSON what each screen then has in the cache,
// and what the server answers afresh. Null: the cache asks again by itself.
import { readFileSync } from "node:fs";
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { print } from "graphql";
import { Client, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";

const url = process.argv[2];
const { cases, values } = JSON.parse(readFileSync(0, "utf8"));
const withTypes = (text) => print(new InMemoryCache().transformDocument(gql(text)));

async function post(token, query, variables) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
  const response = await fetch(url, {
    method: "POST",
    headers,
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(`${JSON.stringify(errors)} for ${query}`);
  return data;
}

// Each client tells its cache what the server answered, without asking it again.
function answering(answers) {
  return async (_url, { body }) => {
    const data = answers.get(JSON.parse(body).operationName);
    return new Response(JSON.stringify({ data }), {
      headers: { "content-type": "application/json" },
    });
  };
}

function apollo(answers) {
  const link = new HttpLink({ uri: url, fetch: answering(answers) });
  const cache = new InMemoryCache();
  const client = new ApolloClient({ link, cache });
  return {
    query: (text) => client.query({ query: gql(text) }),
    mutate: (text, variables) => client.mutate({ mutation: gql(text), variables }),
    read(text) {
      const { result, complete } = cache.diff({ query: gql(text), optimistic: false });
      return complete ? result : null;
    },
  };
}

function graphcache(answers) {
  const keys = Object.fromEntries(values.map((name) => [name, () => null]));
  const exchanges = [cacheExchange({ keys, logger: () => {} }), fetchExchange];
  const client = new Client({ url, exchanges, fetch: answering(answers), preferGetMethod: false });
  const checked = async (source) => {
    const { data, error } = await source.toPromise();
    if (error) throw error;
    return data;
  };
  return {
    query: (text) => checked(client.query(text, {})),
    mutate: (text, variables) => checked(client.mutation(text, variables)),
    read: (text) => checked(client.query(text, {}, { requestPolicy: "cache-only" })),
  };
}

const results = {};
for (const { name, token, screens, mutation, input } of cases) {
  const answers = new Map();
  const clients = { apollo: apollo(answers), graphcache: graphcache(answers) };
  const texts = Object.entries(screens).map(([screen, text]) => [screen, withTypes(text)]);
  for (const [screen, text] of texts) {
    answers.set(screen, await post(token, text, {}));
    for (const client of Object.values(clients)) await client.query(text);
  }
  const doing = withTypes(mutation);
  answers.set("Doing", await post(token, doing, { input }));
  for (const client of Object.values(clients)) await client.mutate(doing, { input });
  results[name] = {};
  for (const [screen, text] of texts) {
    const shown = { fresh: await post(token, text, {}) };
    for (const [kind, client] of Object.entries(clients)) shown[kind] = (await client.read(text)) ?? null;
    results[name][screen] = shown;
  }
}
console.log(JSON.stringify(results));
