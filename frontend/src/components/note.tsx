import type { ReactNode } from 'react';

interface NoteProps {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  role?: 'alert';
}

export function Note({ icon, title, children, role }: NoteProps) {
  return (
    <div role={role} className="mx-auto flex max-w-lg flex-col items-center gap-2 px-4 py-12 text-center">
      <span className="text-soft [&_svg]:size-7 [&_svg]:stroke-[1.5]">{icon}</span>
      <h2 className="text-lg font-semibold">{title}</h2>
      {children}
    </div>
  );
}
