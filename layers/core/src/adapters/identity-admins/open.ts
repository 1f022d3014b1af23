import type { Clock, IdentityAdmin } from '../../application/ports.ts'
import type { SourceSettings } from '../environment/identity-admins.ts'
import { InvalidConfig } from '../environment/settings.ts'
import { DeferredIdentityAdmin } from './deferred-identity-admin.ts'
import { IdentityAdmins } from './identity-admins.ts'
import { clientSecretOf, readSourceSecret, type SourceSecret } from './secrets.ts'

export interface OpenIdentityAdminsOptions {
  readonly sources: readonly SourceSettings[]
  /** The text of the secret that holds those of all sources. */
  readonly readSecret: () => Promise<string>
  /** Makes the reader of our own directory, for sources of kind `directory`. */
  readonly directory?: () => IdentityAdmin
  /** Told the error when a source cannot be opened, and that source's name. */
  readonly onFailure: (error: unknown, source: string) => void
  readonly clock: Clock
}

/** Every configured source behind one port. Nothing is read or contacted yet: a source is opened by its first read. */
export function openIdentityAdmins(options: OpenIdentityAdminsOptions): IdentityAdmins {
  const { sources, onFailure, clock } = options
  const deferred = sources.map((settings, index): [string, IdentityAdmin] => [
    settings.name,
    new DeferredIdentityAdmin({
      open: () => open(settings, index === 0, options),
      onFailure: (error) => onFailure(error, settings.name),
      clock,
    }),
  ])
  return new IdentityAdmins(new Map(deferred))
}

/** Loads the code of the one kind that is asked for: a cold start pays for no other. */
async function open(
  settings: SourceSettings,
  isFirst: boolean,
  { readSecret, directory }: OpenIdentityAdminsOptions,
): Promise<IdentityAdmin> {
  const { name } = settings
  if (settings.kind === 'directory') {
    if (directory === undefined) throw new InvalidConfig(`there is no directory for "${name}" in this function`)
    return directory()
  }
  const secret = readSourceSecret(await readSecret(), name, isFirst)
  return openSource(settings, secret)
}

async function openSource(
  settings: Exclude<SourceSettings, { kind: 'directory' }>,
  secret: SourceSecret,
): Promise<IdentityAdmin> {
  switch (settings.kind) {
    case 'ix-admin': {
      const { IxAdmin } = await import('./ix-admin/ix-admin.ts')
      const { url: baseUrl, tokenUrl, clientId, name } = settings
      const clientSecret = clientSecretOf(secret, name)
      return new IxAdmin({ baseUrl, clientId, clientSecret, ...(tokenUrl !== undefined && { tokenUrl }) })
    }
    case 'okta': {
      const { Okta } = await import('./okta/okta.ts')
      return new Okta(settings, secret)
    }
    case 'auth0': {
      const { Auth0 } = await import('./auth0/auth0.ts')
      return new Auth0(settings, clientSecretOf(secret, settings.name))
    }
    case 'keycloak': {
      const { Keycloak } = await import('./keycloak/keycloak.ts')
      return new Keycloak(settings, clientSecretOf(secret, settings.name))
    }
    case 'scim': {
      const { ScimSource } = await import('./scim/scim-source.ts')
      return new ScimSource(settings, secret)
    }
  }
}
