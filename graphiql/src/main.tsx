import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './page.css';

import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createGraphiQLFetcher, createLocalStorage, type Fetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createClient } from 'graphql-ws';
import { createRoot } from 'react-dom/client';
import { IdentityMenu } from './IdentityMenu';
import { NewestPlan } from './NewestPlan';
import { loadStory, type Story } from './story';

/** A subscription has a WebSocket of its own, which tells the headers of its tab as it begins. */
const fetcher: Fetcher = (params, options) => {
  const wsClient = createClient({
    url: `${location.origin.replace('http', 'ws')}/graphql`,
    connectionParams: options?.headers,
    // Why it was closed is to be seen at once.
    retryAttempts: 0,
  });
  const url = '/graphql';
  return createGraphiQLFetcher({ url, wsClient, enableIncrementalDelivery: false })(params, options);
};
const plugins = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })];

function Page({ story }: { story: Story }) {
  const storage = createLocalStorage({ namespace: `joinery ${story.database}` });
  const opened = keptTab(storage) ?? story.tabs[0];

  function startOver() {
    // At the very end: until then GraphiQL may still write down what was typed last.
    addEventListener('pagehide', () => storage.clear());
    location.reload();
  }

  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      storage={storage}
      defaultTabs={story.tabs}
      initialQuery={opened?.query ?? ''}
      initialVariables={opened?.variables ?? ''}
      defaultEditorToolsVisibility="variables"
      schemaDescription
    >
      <GraphiQL.Logo>
        <button type="button" className="joinery-start-over" onClick={startOver}>
          Start over
        </button>
        {story.identities.length > 0 && <IdentityMenu {...story} />}
        <NewestPlan {...story} />
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

/** The tab that was open when the page was last left: GraphiQL keeps it, but not its variables. */
function keptTab(storage: Pick<Storage, 'getItem'>) {
  const kept = storage.getItem('graphiql:tabState');
  if (!kept) return undefined;
  const { tabs, activeTabIndex } = JSON.parse(kept);
  return tabs[activeTabIndex];
}

createRoot(document.getElementById('graphiql')!).render(<Page story={await loadStory()} />);
