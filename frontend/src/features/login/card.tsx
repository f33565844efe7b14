import type { ReactNode } from 'react';
import { Mark } from '@/components/mark';

export function Card({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <section
      aria-labelledby="card-title"
      className="grid w-[min(380px,100%)] gap-4 rounded-xl border border-line bg-surface p-7 shadow-pop"
    >
      <Mark size={34} />
      <div>
        <h1 id="card-title" className="text-xl font-semibold tracking-tight">
          {title}
        </h1>
        {lead && <p className="mt-1 text-soft">{lead}</p>}
      </div>
      {children}
    </section>
  );
}

/** Of an invitation or a new password: a link works once. */
export function SpentLink({ lead }: { lead: string }) {
  return (
    <Card title="This link is no longer valid" lead={lead}>
      <a href="/login" className="link">
        Sign in
      </a>
    </Card>
  );
}
