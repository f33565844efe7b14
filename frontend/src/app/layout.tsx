import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { Providers } from '@/components/shell/providers';
import { RECOVERY_BOOT_SCRIPT } from '@/lib/recovery-boot';
import { THEME_BOOT_SCRIPT } from '@/lib/theme-boot';
import './globals.css';

// No title: pages draw a <title> as they learn it (components/page.tsx), and one here would win.
export const metadata: Metadata = {
  description: 'Workflow orchestration you run yourself.',
  robots: { index: false },
};

export const viewport: Viewport = { width: 'device-width', initialScale: 1 };

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: THEME_BOOT_SCRIPT }} />
        <script dangerouslySetInnerHTML={{ __html: RECOVERY_BOOT_SCRIPT }} />
      </head>
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
