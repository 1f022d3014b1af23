import { setTimeout as pause } from 'node:timers/promises'
import { readProbeSecret } from '@rolecast/core/adapters/environment/probe-secret'
import type { ProbeSettings, RoleChangeSettings } from '@rolecast/core/adapters/environment/probe-settings'
import { clientTokens } from '@rolecast/core/adapters/probe/client-token'
import { exchangeSignIn } from '@rolecast/core/adapters/probe/exchanged-sign-in'
import { IxAdminRole } from '@rolecast/core/adapters/probe/ix-admin-role'
import { accessProduct } from '@rolecast/core/adapters/probe/product'
import { ScimMembership } from '@rolecast/core/adapters/probe/scim-membership'
import { SecretsManagerStore } from '@rolecast/core/adapters/secrets/secrets-manager'
import type { SecretStore } from '@rolecast/core/application/ports'
import type { ProbeConfig } from './config.ts'
import type { ProbeDependencies } from './create-handler.ts'

interface Given {
  readonly secrets: SecretStore
  readonly write: (line: string) => void
}

const ofLambda = (): Given => ({
  secrets: new SecretsManagerStore(),
  write: (line) => process.stdout.write(line),
})

/** Wires the probe. Nothing is contacted yet: the secret is read when it is first needed, and again when it is refused. */
export function connect(config: ProbeConfig, { secrets, write }: Given = ofLambda()): ProbeDependencies {
  const { settings, deadlineMs, tokenService, stage, terms } = config
  const clock = Date.now
  const http = { fetch: globalThis.fetch, deadlineMs, clock }
  const secretOf = async (name: 'signIn' | 'role') => readProbeSecret(await secrets.readSecret(config.secret))[name]
  const providerToken = clientTokens({ ...http, ...settings.signIn, clientSecret: () => secretOf('signIn') })
  const role = roleOf(http, settings.role, () => secretOf('role'))
  return {
    accounts: [
      {
        name: nameOf(settings),
        giveRole: () => role.giveRole(),
        takeRole: () => role.takeRole(),
        signIn: () =>
          exchangeSignIn({
            ...http,
            exchangeUrl: `${tokenService}/oauth/token`,
            application: settings.application,
            providerToken,
          }),
      },
    ],
    access: (token) => accessProduct(http, settings.productUrl, token),
    clock,
    pause: (ms) => pause(ms),
    stage,
    terms,
    write,
  }
}

interface Http {
  readonly fetch: typeof fetch
  readonly deadlineMs: number
  readonly clock: () => number
}

function roleOf(http: Http, settings: RoleChangeSettings, secret: () => Promise<string>): ScimMembership | IxAdminRole {
  if (settings.by === 'scim') return new ScimMembership({ ...http, ...settings, token: secret })
  const token = clientTokens({
    ...http,
    tokenUrl: `${settings.url.replace(/\/$/, '')}/oauth/token`,
    clientId: settings.clientId,
    clientSecret: secret,
  })
  return new IxAdminRole({ ...http, ...settings, token })
}

function nameOf({ role }: ProbeSettings): string {
  return role.by === 'scim' ? role.user : `${role.organization}/${role.account}`
}
