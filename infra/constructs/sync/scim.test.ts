import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../functions/scim/config.ts'
import { environmentOf, SynthesizedStage, statementsOf } from '../../stage.fixture.ts'

const stage = new SynthesizedStage('prod')
const template = stage.template('sync')
const scim = /^SCIM 2.0 service provider/

describe('the SCIM service provider', () => {
  it('touches the directory, accounts and what settling them needs, and nothing else', () => {
    const items = statementsOf(template, scim).filter(({ Action }) =>
      [Action].flat().some((action: string) => action.startsWith('dynamodb:')),
    )
    const keys = (action: string): readonly string[] =>
      items
        .filter(({ Action }) => [Action].flat().includes(action))
        .flatMap(({ Condition }) => Condition['ForAllValues:StringLike']['dynamodb:LeadingKeys'])
    expect(keys('dynamodb:DeleteItem')).toEqual(['directory#*'])
    expect([...keys('dynamodb:PutItem')].sort()).toEqual(['account#*', 'changes#*', 'directory#*', 'organization#*'])
    expect(keys('dynamodb:UpdateItem')).toEqual([])
    expect(keys('dynamodb:Scan')).toEqual([])
    // It looks tokens up, one by one by their hash; it neither makes nor lists them.
    expect(keys('dynamodb:GetItem')).toContain('scim-token#*')
    for (const foreign of ['keyring', 'scim-tokens#*', 'grant#*', '*'])
      expect(keys('dynamodb:GetItem')).not.toContain(foreign)
    const others = statementsOf(template, scim)
      .flatMap(({ Action }) => [Action].flat())
      .filter((action) => !/^(?:dynamodb|logs|xray):/.test(action))
    expect(others).toEqual([])
  })

  it('gets settings that the function starts with', () => {
    const { Ref: _, ...rest } = environmentOf(template, scim)
    expect(readConfig({ ...rest, ROLECAST_SCIM_ORIGIN: 'https://scim.example.com' })).toMatchObject({
      origin: 'https://scim.example.com',
    })
  })

  it('is behind a throttle, and knows itself by the address of its API', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { Name: 'rolecast-prod-scim' })
    const stages = stage.resources('AWS::ApiGatewayV2::Stage', 'sync')
    for (const { Properties } of stages) expect(Properties.DefaultRouteSettings.ThrottlingRateLimit).toBeGreaterThan(0)
    const routes = stage.resources('AWS::ApiGatewayV2::Route', 'sync').map(({ Properties }) => Properties.RouteKey)
    expect(routes).toEqual(expect.arrayContaining(['ANY /scim/v2/{resource+}', '$default']))
  })
})
