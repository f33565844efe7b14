import type { NextConfig } from 'next';
import { PHASE_DEVELOPMENT_SERVER } from 'next/constants';

const shared: NextConfig = {
  reactStrictMode: true,
  turbopack: { root: import.meta.dirname, rules: { '*.graphql': { type: 'text' } } },
};

/** The build is a static export; `next dev` forwards the API to a running server instead. */
export default function config(phase: string): NextConfig {
  if (phase !== PHASE_DEVELOPMENT_SERVER) return { ...shared, output: 'export' };
  const api = process.env.DAGY_API_URL ?? 'http://127.0.0.1:8000';
  return {
    ...shared,
    allowedDevOrigins: ['127.0.0.1'],
    rewrites: async () => [{ source: '/graphql', destination: `${api}/graphql` }],
    redirects: async () => [{ source: '/', destination: '/graphiql', permanent: false }],
  };
}
