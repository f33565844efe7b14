import { Mark } from '@/components/mark';
import { buttonStyle } from '@/components/ui/button';

export default function NotFound() {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-2 p-6 text-center">
      <title>Not found · Dagy</title>
      <Mark size={40} />
      <h1 className="mt-2 text-xl font-semibold">Page not found</h1>
      <p className="mb-2 text-soft">Check the address, or go back to the dashboard.</p>
      {/* A full load: this page may have come from anywhere. */}
      <a href="/dashboard" className={buttonStyle({ variant: 'primary' })}>
        Open the dashboard
      </a>
    </main>
  );
}
