import { useGraphiQL, useGraphiQLActions, useHeadersEditorState } from '@graphiql/react';
import { useEffect } from 'react';
import type { Story } from './story';

const NOBODY = '{}';

/**
 * Who you are in the open tab. The headers editor is the truth: choosing somebody writes their token
 * there, and a token written there by hand shows here as another caller.
 */
export function IdentityMenu({ identities, tabs }: Story) {
  const { introspect, stop, updateActiveTabValues } = useGraphiQLActions();
  const editor = useGraphiQL(state => state.headerEditor);
  const tab = useGraphiQL(state => state.tabs[state.activeTabIndex]);
  const [headers, setHeaders] = useHeadersEditorState();

  // Tokens are not kept by the browser: a tab that opens without one gets that of its role.
  useEffect(() => {
    if (!editor || editor.getValue().trim()) return;
    const role = tabs.find(({ name }) => name === tab?.title)?.role;
    const identity = identities.find(each => each.role === role) ?? identities[0];
    if (!identity) return;
    editor.setValue(headersOf(identity.token));
    // A click on the open tab shows again what is stored of it.
    updateActiveTabValues({ headers: headersOf(identity.token) });
  }, [editor, tab?.id]);

  function become(value: string) {
    // A subscription that runs is somebody else's from here on.
    stop();
    setHeaders(value);
    introspect();
  }

  const known = [NOBODY, ...identities.map(({ token }) => headersOf(token))].includes(headers);
  return (
    <label className="joinery-identity">
      You are
      <select value={known ? headers : ''} onChange={event => become(event.target.value)}>
        {!known && <option value="">someone else (see Headers)</option>}
        {identities.map(({ label, token }) => (
          <option key={label} value={headersOf(token)}>
            {label}
          </option>
        ))}
        <option value={NOBODY}>nobody (no token)</option>
      </select>
    </label>
  );
}

function headersOf(token: string): string {
  return JSON.stringify({ Authorization: `Bearer ${token}` }, null, 2);
}
