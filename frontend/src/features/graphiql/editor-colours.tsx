/** Gives the pop-ups of the editor, which Monaco paints itself, the colours of the page. */
import { useMonaco } from '@graphiql/react';
import { useEffect } from 'react';

interface Palette {
  accent: string;
  surface: string;
  line: string;
  argument: string;
  comment: string;
}

const DARK: Palette = { accent: '#8d99ff', surface: '#1a1d26', line: '#3b4152', argument: '#a5aeff', comment: '#85b56f' };
const LIGHT: Palette = { accent: '#4c5be0', surface: '#ffffff', line: '#ccd1db', argument: '#5a55c8', comment: '#2c6e1a' };

function theme(base: 'vs' | 'vs-dark', { accent, surface, line, argument, comment }: Palette) {
  const chosen = `${accent}22`;
  return {
    base,
    inherit: true,
    rules: [
      { token: 'argument.identifier.gql', foreground: argument },
      { token: 'comment', foreground: comment },
    ],
    colors: {
      'editor.background': '#ffffff00',
      'scrollbar.shadow': '#ffffff00',
      'textLink.foreground': accent,
      'textLink.activeForeground': accent,
      'editorLink.activeForeground': accent,
      'editorWidget.background': surface,
      'editorWidget.border': line,
      'editorHoverWidget.background': surface,
      'editorHoverWidget.border': line,
      'editorSuggestWidget.background': surface,
      'editorSuggestWidget.border': line,
      'editorSuggestWidget.selectedBackground': chosen,
      'editorSuggestWidget.selectedForeground': accent,
      'editorSuggestWidget.highlightForeground': accent,
      'list.hoverBackground': chosen,
      'list.highlightForeground': accent,
      'list.focusHighlightForeground': accent,
      'menu.background': surface,
      'menu.selectionBackground': chosen,
      'menu.selectionForeground': accent,
      'quickInputList.focusBackground': chosen,
      'toolbar.hoverBackground': chosen,
      focusBorder: accent,
    },
  };
}

export function EditorColours() {
  const monaco = useMonaco((state) => state.monaco);
  useEffect(() => {
    monaco?.editor.defineTheme('graphiql-DARK', theme('vs-dark', DARK));
    monaco?.editor.defineTheme('graphiql-LIGHT', theme('vs', LIGHT));
  }, [monaco]);
  return null;
}
