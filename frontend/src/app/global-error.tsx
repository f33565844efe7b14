'use client';
import { Broken } from '@/components/broken';
import './globals.css';

/** Where the shell itself could not be drawn. */
export default function GlobalError({ error }: { error: Error }) {
  return (
    <html lang="en">
      <body>
        <title>Dagy</title>
        <main className="grid min-h-dvh place-items-center">
          <Broken error={error} />
        </main>
      </body>
    </html>
  );
}
