/** What the page opens with: who one can be, and the tabs that tell the story. */
import { getOperationAST, parse } from 'graphql';

/** Someone the page can act as, with a ready bearer token. The server gives none in production. */
export interface Identity {
  label: string;
  role: string;
  token: string;
}

export interface StoryTab {
  /** The operation's name, which GraphiQL shows as the tab's title. */
  name: string;
  query: string;
  /** JSON for the variables editor. */
  variables: string;
  /** Whom the operation is meant for. */
  role: string;
}

export interface Story {
  identities: Identity[];
  tabs: StoryTab[];
  /** The id of the campaign that the story is told about, where there is one. */
  campaignId?: string;
  /** Tells databases apart, so that tabs kept by the browser are not shown over another one's data. */
  database: string;
}

interface Config {
  identities: Identity[];
  tabs: { query: string; role: string }[];
}

export async function loadStory(): Promise<Story> {
  const config: Config = await (await fetch('/graphiql/config.json')).json();
  const staff = config.identities.find(identity => identity.role === 'STAFF');
  const creator = config.identities.find(identity => identity.role === 'INFLUENCER');
  const found = staff ? await findCampaigns(staff) : undefined;
  const variables: Variables = {
    ...(staff && found?.told && (await campaignVariables(staff, found.told))),
    ...(creator && found?.told && (await participationVariables(creator, found.told))),
  };
  return {
    identities: config.identities,
    tabs: config.tabs.map(({ query, role }) => storyTab(query, role, variables)),
    campaignId: found?.told?.id,
    database: found?.oldest ? `${found.oldest.id} ${found.oldest.title}` : '',
  };
}

/** What the operations are told about, by the names of their variables. */
type Variables = Record<string, unknown>;

/** Gives the operation those of the variables that it declares. */
function storyTab(query: string, role: string, variables: Variables): StoryTab {
  const operation = getOperationAST(parse(query));
  const declared = operation?.variableDefinitions?.map(({ variable }) => variable.name.value) ?? [];
  const own = declared.filter(name => name in variables).map(name => [name, variables[name]]);
  return {
    name: operation?.name?.value ?? '',
    query,
    variables: own.length > 0 ? JSON.stringify(Object.fromEntries(own), null, 2) : '',
    role,
  };
}

interface Campaign {
  id: string;
  title: string;
}

/**
 * The campaign that the story is told about, which is the oldest Selection campaign that is running,
 * whoever takes part in it by now; and the oldest of all.
 */
async function findCampaigns(staff: Identity): Promise<{ told?: Campaign; oldest?: Campaign }> {
  const answer = await ask<Record<'running' | 'all', { nodes: Campaign[] }>>(
    staff,
    `query ($running: CampaignFilter!) {
      running: campaigns(filter: $running, orderBy: CREATED_ASC, first: 1) { nodes { id title } }
      all: campaigns(orderBy: CREATED_ASC, first: 1) { nodes { id title } }
    }`,
    { running: { selection: true, status: ['UPCOMING', 'ONGOING'] } },
  );
  const oldest = answer?.all.nodes[0];
  return { told: answer?.running.nodes[0] ?? oldest, oldest };
}

async function campaignVariables(staff: Identity, { id, title }: Campaign): Promise<Variables> {
  return { search: title, campaignId: id, influencerIds: await findInfluencers(staff, id) };
}

interface Part {
  id: string;
  requiredAction: { accounts: { id: string }[] } | null;
}

/** The creator's participation, which staff approve, also one that was removed; none: no variables. */
async function participationVariables(creator: Identity, { id }: Campaign): Promise<Variables> {
  const answer = await ask<{ campaign: { viewerParticipation: Part | null } | null }>(
    creator,
    `query ($id: ID!) { campaign(id: $id) {
      viewerParticipation { id requiredAction { accounts { id } } }
    } }`,
    { id },
  );
  const part = answer?.campaign?.viewerParticipation;
  if (!part) return {};
  return {
    participationId: part.id,
    participationIds: [part.id],
    accountId: part.requiredAction?.accounts[0]?.id,
  };
}

interface Candidate {
  influencer: { id: string };
  qualifyingAccounts: unknown[];
}

/** One with a single account to join with, one with several, one with none, one unavailable. */
async function findInfluencers(staff: Identity, campaignId: string): Promise<string[]> {
  const answer = await ask<{
    campaign: Record<'largest' | 'smallest' | 'unavailable', { nodes: Candidate[] }> | null;
  }>(
    staff,
    `query ($id: ID!) { campaign(id: $id) {
      largest: candidates(filter: { status: [AVAILABLE] }, orderBy: FOLLOWERS_DESC, first: 100) { ...rows }
      smallest: candidates(filter: { status: [AVAILABLE] }, orderBy: FOLLOWERS_ASC, first: 100) { ...rows }
      unavailable: candidates(filter: { status: [UNAVAILABLE] }, first: 1) { ...rows }
    } }
    fragment rows on CandidateConnection { nodes { influencer { id } qualifyingAccounts { id } } }`,
    { id: campaignId },
  );
  if (!answer?.campaign) return [];
  const { largest, smallest, unavailable } = answer.campaign;
  const available = [...largest.nodes, ...smallest.nodes];
  return [
    available.find(row => row.qualifyingAccounts.length === 1),
    available.find(row => row.qualifyingAccounts.length > 1),
    available.find(row => row.qualifyingAccounts.length === 0),
    unavailable.nodes[0],
  ].flatMap(row => row?.influencer.id ?? []);
}

/** The id of the campaign's plan that was made last. */
export async function findNewestPlan({
  identities,
  campaignId,
}: Story): Promise<string | undefined> {
  const staff = identities.find(identity => identity.role === 'STAFF');
  if (!staff || !campaignId) return undefined;
  const answer = await ask<{ campaign: { plans: { nodes: { id: string }[] } } | null }>(
    staff,
    'query ($id: ID!) { campaign(id: $id) { plans(first: 1) { nodes { id } } } }',
    { id: campaignId },
  );
  return answer?.campaign?.plans.nodes[0]?.id;
}

/** The answer's data; null where there is none: the page must open all the same. */
async function ask<Data>(
  { token }: Identity,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Data | null> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json().catch(() => null);
  return answer?.data ?? null;
}
