import { Lazy } from 'aws-cdk-lib'
import { describe, expect, it } from 'vitest'
import { appWith, deployment } from '../stage.fixture.ts'
import { checkEnvironmentSize, EnvironmentTooLarge } from './environment-size.ts'

describe('the size of an environment', () => {
  it('counts names and values, in bytes', () => {
    expect(() => checkEnvironmentSize('F', { A: 'x'.repeat(4_095) })).not.toThrow()
    expect(() => checkEnvironmentSize('F', { A: 'x'.repeat(4_096) })).toThrow(EnvironmentTooLarge)
    expect(() => checkEnvironmentSize('F', { A: 'é'.repeat(2_048) })).toThrow('"F" takes 4097 bytes')
  })

  it('counts what only the deployment knows as an ARN', () => {
    const arn = Lazy.string({ produce: () => '' })
    expect(() => checkEnvironmentSize('F', { A: `${arn} ${'x'.repeat(3_994)}` })).not.toThrow()
    expect(() => checkEnvironmentSize('F', { A: `${arn} ${'x'.repeat(3_995)}` })).toThrow(EnvironmentTooLarge)
  })

  it('is checked at synthesis, and names what takes most', () => {
    const groups = Object.fromEntries(
      Array.from({ length: 80 }, (_, each) => [`00g${String(each).padStart(17, '0')}`, 'customer-v2/flow_viewer']),
    )
    const okta = { kind: 'okta', name: 'okta', organization: 'globex', url: 'https://globex.okta.com', groups }
    const context = { 'rolecast:prod': { ...deployment, identityAdmins: [...deployment.identityAdmins, okta] } }
    expect(() => appWith('prod', { context })).toThrow(/ROLECAST_IDENTITY_ADMINS \d{4}/)
  })
})
