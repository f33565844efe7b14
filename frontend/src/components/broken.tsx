'use client';
/** In place of a page that could not be drawn. Where only a part of it could not be loaded, the
 *  script of `lib/recovery-boot` loads all of it anew. It uses nothing else, so that it is always there. */

const button = 'inline-flex h-8 items-center rounded-md border border-line-strong bg-surface px-3 font-medium hover:bg-hover';

/** Of Turbopack and webpack alike. */
const isLostPart = ({ name, message }: Error): boolean => name === 'ChunkLoadError' || /loading (?:css )?chunk/i.test(message);

export function Broken({ error }: { error: Error }) {
  const isLost = isLostPart(error);
  return (
    <div role="alert" className="mx-auto flex max-w-lg flex-col items-center gap-2 px-4 py-12 text-center">
      <h2 className="text-lg font-semibold">{isLost ? 'This page did not load' : 'This page crashed'}</h2>
      <p className="text-soft">
        {isLost ? 'It reloads as soon as the server responds.' : 'Reload it to continue. Nothing on the server is affected.'}
      </p>
      {!isLost && <code className="max-h-40 overflow-auto font-mono text-xs break-words text-soft">{error.message}</code>}
      <span className="mt-2 flex gap-2">
        <button type="button" className={button} onClick={() => window.location.reload()}>
          Reload
        </button>
        {/* A full load: what broke the page may still be in memory. */}
        <a href="/dashboard" className={button}>
          Open the dashboard
        </a>
      </span>
    </div>
  );
}
