import { defineConfig } from 'vitest/config'
import { SummaryReporter } from './test/support/summary-reporter.ts'

const env = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  NO_COLOR: '1',
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default', new SummaryReporter()],
    coverage: {
      provider: 'v8',
      include: ['layers/**/*.ts', 'functions/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.test-d.ts', '**/browser.ts'],
      reporter: ['text-summary', 'html'],
    },
    projects: [
      {
        test: {
          name: 'unit',
          env,
          include: [
            '{layers,functions,examples,scripts}/**/*.test.ts',
            'test/{oracle,boundaries,simulation}/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', 'examples/*/infra/**'],
          typecheck: { enabled: true, include: ['{layers,test}/**/*.test-d.ts'] },
          globalSetup: ['test/support/scratch-setup.ts'],
          // For a busy machine: a test is not wrong because it is slow.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          env,
          include: [
            'test/{contracts,integration,conformance,local,tour,probe}/**/*.test.ts',
            'infra/local/**/*.test.ts',
          ],
          globalSetup: ['test/support/scratch-setup.ts', 'test/support/dynamodb-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'infra',
          env,
          include: ['infra/{stacks,constructs}/**/*.test.ts', 'infra/*.test.ts', 'examples/*/infra/**/*.test.ts'],
          globalSetup: ['test/support/scratch-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
