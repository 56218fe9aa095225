// Asks the server at the URL given through clients that send the hash of a query before its text,
// by GET and by POST, and prints what each of them got as JSON.
import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { Client, fetchExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";

const url = process.argv[2];
const query = "query Q { __typename }";
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

let requests;
const counted = (...request) => {
  requests += 1;
  return fetch(...request);
};

async function urql(preferGetForPersistedQueries) {
  const exchanges = [persistedExchange({ preferGetForPersistedQueries }), fetchExchange];
  const client = new Client({ url, fetch: counted, preferGetMethod: false, exchanges });
  return async () => {
    const { data, error } = await client.query(query, {}).toPromise();
    if (error) throw error;
    return data;
  };
}

async function apollo(useGETForHashedQueries, accept) {
  const link = ApolloLink.from([
    new PersistedQueryLink({ sha256, useGETForHashedQueries }),
    new HttpLink({ uri: url, fetch: counted, headers: accept ? { accept } : {} }),
  ]);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  return async () => {
    const { data } = await client.query({ query: gql(query), fetchPolicy: "network-only" });
    return data;
  };
}

const clients = {
  "urql by GET": await urql("force"),
  "urql by POST": await urql(false),
  "Apollo by GET": await apollo(true),
  "Apollo by POST": await apollo(false),
  "Apollo for JSON": await apollo(false, "application/json"),
};
const results = {};
for (const [name, ask] of Object.entries(clients)) {
  results[name] = [];
  for (const _ of [1, 2]) {
    requests = 0;
    try {
      results[name].push({ data: await ask(), requests });
    } catch (error) {
      results[name].push({ error: String(error), requests });
    }
  }
}
console.log(JSON.stringify(results));
