import type { CustomRoleStore, OrganizationStore } from '@rolecast/core/application/ports'
import type { OrganizationName, Step } from './plan.ts'
import { application } from './product.ts'

type Organize = Extract<Step, { readonly do: 'organize' }>

/** Changes settings and the custom role as an administrator's tool would: read, then write what was read, changed. */
export async function organize(
  stores: { readonly organizations: OrganizationStore; readonly customRoles: CustomRoleStore },
  step: Organize,
): Promise<void> {
  if (step.change === 'night' || step.change === 'no-night') return changeRole(stores.customRoles, step)
  const organization = await stores.organizations.readOrganization(step.organization)
  const desk = organization?.applications[application]
  if (organization === undefined || desk === undefined) return
  const changed =
    step.change === 'default-full'
      ? { ...desk, defaultFull: !desk.defaultFull }
      : { ...desk, features: desk.features.length === 0 ? ['archive'] : [] }
  await stores.organizations.putOrganization({ ...organization, applications: { [application]: changed } })
}

async function changeRole(store: CustomRoleStore, { organization, change, night }: Organize): Promise<void> {
  const [role] = await store.readCustomRoles(organization, application, ['night'])
  if (change === 'no-night') {
    if (role !== undefined) await store.deleteCustomRole(organization, application, role.id, role.revision)
    return
  }
  await store.putCustomRole({ ...(role ?? newRole(organization)), grants: night })
}

function newRole(organization: OrganizationName) {
  return {
    organization: organization as string,
    application,
    id: 'night',
    title: 'Night',
    description: 'At night',
    gates: [],
    revision: 0,
  }
}
