import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: {
    // What needs a page says `@vitest-environment jsdom`: making one takes a second for each file.
    environment: 'node',
    include: ['tests/**/*.test.{ts,tsx}'],
    restoreMocks: true,
    // Two cores are shared with the server's tests.
    maxWorkers: 1,
    env: { TZ: 'UTC' },
  },
});
