'use client';
/** In place of a page that could not be drawn. Where only a part of it could not be loaded, the
 *  script of `lib/recovery-boot` loads all of it anew. */
import { TriangleAlert } from 'lucide-react';
import { Note } from './note';
import { buttonStyle } from './ui/button';

/** Of Turbopack and webpack alike. */
const isLostPart = ({ name, message }: Error): boolean => name === 'ChunkLoadError' || /loading (?:css )?chunk/i.test(message);

export function Broken({ error }: { error: Error }) {
  const isLost = isLostPart(error);
  return (
    <Note icon={<TriangleAlert aria-hidden className="text-bad" />} title={isLost ? 'This page did not load' : 'This page crashed'} role="alert">
      <p className="text-soft">
        {isLost ? 'Part of it could not be loaded. It reloads when the server answers.' : 'Reload it to go on. Nothing on the server is affected.'}
      </p>
      {!isLost && <code className="max-h-40 overflow-auto font-mono text-xs break-words text-soft">{error.message}</code>}
      <span className="mt-2 flex gap-2">
        <button type="button" className={buttonStyle({ variant: 'primary' })} onClick={() => window.location.reload()}>
          Reload
        </button>
        {/* A full load: what broke the page may still be in memory. */}
        <a href="/dashboard" className={buttonStyle({})}>
          Open the dashboard
        </a>
      </span>
    </Note>
  );
}
