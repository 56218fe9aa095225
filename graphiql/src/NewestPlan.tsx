import { tryParseJSONC, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef } from 'react';
import { findNewestPlan, type Story } from './story';

/**
 * Gives an operation that asks for `planId` the newest plan of the story's campaign, each time that
 * its tab or its window is opened: plans are made on the way, also by undoing one. Once given, the
 * variable is left alone until there is a newer plan.
 */
export function NewestPlan(story: Story) {
  const { updateActiveTabValues } = useGraphiQLActions();
  const editor = useGraphiQL(state => state.variableEditor);
  const tab = useGraphiQL(state => state.tabs[state.activeTabIndex]);
  const given = useRef<Record<string, string>>({});

  useEffect(() => {
    if (!editor || !tab?.query?.includes('$planId')) return;
    const { id } = tab;
    let isOpen = true;

    async function give() {
      const plan = await findNewestPlan(story);
      if (!isOpen || !plan || given.current[id] === plan) return;
      const others = tryParseJSONC(editor!.getValue());
      given.current[id] = plan;
      const variables = JSON.stringify({ ...others, planId: plan }, null, 2);
      editor!.setValue(variables);
      updateActiveTabValues({ variables });
    }

    give();
    addEventListener('focus', give);
    return () => {
      isOpen = false;
      removeEventListener('focus', give);
    };
  }, [editor, tab?.id]);

  return null;
}
