'use client';
/** Three small radio buttons: system, light, dark. */
import type { ReactNode } from 'react';
import { setTheme, THEMES, useTheme, type Theme } from '@/lib/theme';
import styles from './header.module.css';

const ICONS: Record<Theme, ReactNode> = {
  system: <path d="M2.5 3.5h11v7h-11zM6 13.5h4M8 10.5v3" />,
  light: (
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1" />
    </>
  ),
  dark: <path d="M13.3 9.7A5.8 5.8 0 0 1 6.3 2.7a5.8 5.8 0 1 0 7 7z" />,
};

export function ThemeSwitch() {
  const chosen = useTheme();
  return (
    <div className={styles.themes} role="radiogroup" aria-label="Theme">
      {THEMES.map((theme) => (
        <label key={theme} title={`Theme: ${theme}`}>
          <input
            type="radio"
            name="theme"
            aria-label={theme}
            checked={chosen === theme}
            onChange={() => setTheme(theme)}
          />
          <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">
            {ICONS[theme]}
          </svg>
        </label>
      ))}
    </div>
  );
}
