import { describe, expect, it } from 'vitest'
import { InvalidDeployment, readDeployment } from './deployment.ts'
import { localDeployment } from './local/local-assembly.ts'
import { portsFrom } from './local/ports.ts'
import { appWith, deployment } from './stage.fixture.ts'
import { deployedStages, stageNamed, stages, UnknownStage } from './stages.ts'

describe('stages', () => {
  it.each(Object.keys(stages))('has %s', (name) => {
    expect(stageNamed(name)).toBe(name)
  })

  it.each(['production', '', 'toString', '__proto__'])('refuses "%s" and names the ones there are', (name) => {
    expect(() => stageNamed(name)).toThrow(UnknownStage)
    expect(() => appWith(name)).toThrow(/Stages: local, dev, staging, prod/)
  })

  it('never deploys the stage of one machine', () => {
    expect(deployedStages).not.toContain('local')
  })

  it('leaves the result cache of gateways off, which would keep refusals, too', () => {
    for (const settings of Object.values(stages)) expect(settings.resultCacheSeconds).toBe(0)
  })
})

describe('the deployment of a stage', () => {
  it('is read from an object or from its JSON text', () => {
    expect(readDeployment('prod', deployment)).toEqual(readDeployment('prod', JSON.stringify(deployment)))
    expect(readDeployment('prod', deployment)).toMatchObject({ configured: true, deployment })
  })

  it('is, on one machine, what `npm start` runs at its usual ports', () => {
    expect(readDeployment('local', undefined).deployment).toMatchObject(localDeployment(portsFrom()))
  })

  it('trusts nobody where it is not given', () => {
    const { configured, deployment: placeholders } = readDeployment('prod', undefined)
    expect(configured).toBe(false)
    const sourceHosts = placeholders.identityAdmins.map((each) => ('url' in each ? each.url : 'none'))
    const hosts = [...placeholders.providers.map(({ issuer }) => issuer), ...sourceHosts]
    for (const host of hosts) expect(host).toMatch(/\.invalid$/)
  })

  it.each([
    ['not JSON', '{', 'not JSON'],
    ['an unknown member', { ...deployment, provider: [] }, 'provider: is not a member'],
    ['a deployment without an identity admin', { providers: deployment.providers }, 'identityAdmins: is missing'],
    ['a token for an hour', { ...deployment, ages: { tokenSeconds: 3_600 } }, 'ages.tokenSeconds'],
    ['a wrong account', { ...deployment, account: '123' }, 'account'],
    [
      'a secret that belongs elsewhere',
      { ...deployment, identityAdmins: [{ ...deployment.identityAdmins[0], secret: 'x' }] },
      'secret',
    ],
    [
      'a provider without organization',
      { ...deployment, providers: [{ ...deployment.providers[0], organization: {} }] },
      'providers.0',
    ],
    ['a null', null, 'value'],
  ])('refuses %s', (_case, value, place) => {
    expect(() => readDeployment('prod', value)).toThrow(InvalidDeployment)
    expect(() => readDeployment('prod', value)).toThrow(place)
  })
})
