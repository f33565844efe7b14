import type { NextConfig } from 'next';
import { PHASE_DEVELOPMENT_SERVER } from 'next/constants';

const shared: NextConfig = {
  reactStrictMode: true,
  turbopack: { root: import.meta.dirname, rules: { '*.graphql': { type: 'text' } } },
};

/** The build is a static export; `scripts/dev.mjs` puts `next dev` behind a running server. */
export default function config(phase: string): NextConfig {
  if (phase !== PHASE_DEVELOPMENT_SERVER) return { ...shared, output: 'export' };
  return {
    ...shared,
    allowedDevOrigins: ['127.0.0.1'],
    devIndicators: false,
    redirects: async () => [{ source: '/', destination: '/dashboard', permanent: false }],
  };
}
