import { type Application, catalogs } from '@rolecast/catalogs'
import type { OrganizationStore } from '@rolecast/core/application/ports'
import type { Organization } from '@rolecast/core/domain/assignment/organization'
import * as v from 'valibot'

const schema = v.strictObject({
  organization: v.pipe(v.string(), v.nonEmpty()),
  title: v.pipe(v.string(), v.nonEmpty()),
  issuer: v.pipe(v.string(), v.url()),
  identityAdmin: v.exactOptional(v.pipe(v.string(), v.nonEmpty())),
  applications: v.record(
    v.picklist(Object.keys(catalogs) as Application[]),
    v.strictObject({
      features: v.optional(v.array(v.string()), []),
      defaultFull: v.optional(v.boolean(), false),
    }),
  ),
})

/** Settings of an organization as an operator writes them down: without a revision. */
export type OrganizationSettings = Omit<Organization, 'revision' | 'dirtySince'>

/** Thrown for settings that cannot be meant; the message names each mistake. */
export class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings'
}

/** Reads settings and holds them against the catalogs. @throws {InvalidSettings} */
export function readSettings(value: unknown): OrganizationSettings {
  const read = v.safeParse(schema, value)
  if (!read.success) {
    throw new InvalidSettings(
      read.issues.map((issue) => `${v.getDotPath(issue) ?? 'file'}: ${issue.message}`).join('; '),
    )
  }
  const { output } = read
  const mistakes = Object.entries(output.applications).flatMap(([application, { features, defaultFull }]) => {
    const { catalog } = catalogs[application as Application]
    const unknown = features.filter((feature) => !Object.hasOwn(catalog.features, feature))
    return [
      ...unknown.map((feature) => `${application} has no feature ${feature}`),
      ...(defaultFull && catalog.policy.empty !== 'full_access'
        ? [`${application} knows no access without a role: defaultFull would do nothing`]
        : []),
    ]
  })
  if (mistakes.length > 0) throw new InvalidSettings(mistakes.join('; '))
  return output
}

/**
 * Creates or changes an organization. What an organization has changed of roles, and everything the settings do not speak
 * of, stays as it is. Answers the new revision, or `conflict` when somebody else changed it meanwhile.
 */
export async function putSettings(
  store: OrganizationStore,
  settings: OrganizationSettings,
): Promise<{ readonly outcome: 'written'; readonly revision: number } | { readonly outcome: 'conflict' }> {
  const stored = await store.readOrganization(settings.organization)
  const applications = Object.fromEntries(
    Object.entries(settings.applications).map(([application, given]) => {
      const roleChanges = stored?.applications[application]?.roleChanges
      return [application, roleChanges === undefined ? given : { ...given, roleChanges }]
    }),
  )
  const identityAdmin = stored?.identityAdmin === undefined ? {} : { identityAdmin: stored.identityAdmin }
  return store.putOrganization({ ...identityAdmin, ...settings, applications, revision: stored?.revision ?? 0 })
}
