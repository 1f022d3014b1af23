import { compiledShop } from '@rolecast/core/domain/catalog/shop.fixture'
import { Stack } from 'aws-cdk-lib'
import { Match } from 'aws-cdk-lib/assertions'
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { beforeEach, describe, expect, it } from 'vitest'
import { RolecastAuthorizer } from './index.ts'
import { Product } from './product.fixture.ts'

const elsewhere = 'arn:aws:lambda:eu-west-1:111111111111:function:rolecast-shop'

let product: Product
beforeEach(() => {
  product = new Product()
})

describe('across stacks', () => {
  it('depends in one direction only: from the API on the function', () => {
    const owner = new Stack(product.app, 'Owner')
    const rolecast = product.authorizer(owner)
    rolecast.protect(product.openHttpApi())
    rolecast.protect(product.openRestApi())
    product.synth()
    expect(product.stack.dependencies).toContain(owner)
    expect(owner.dependencies).toEqual([])
    expect(JSON.stringify(product.template(owner).toJSON())).not.toContain('ImportValue')
  })

  it('permits the authorizers of an API once, however many routes it has', () => {
    product.httpApi()
    const sources = product.propertiesOf('AWS::Lambda::Permission').map(({ SourceArn }) => JSON.stringify(SourceArn))
    expect(sources.filter((source) => source.includes('/authorizers/*')).length).toBe(1)
    // The other one lets the API call the product.
    expect(sources.length).toBe(2)
  })
})

describe('across accounts', () => {
  it('uses the function of another account without touching it', () => {
    const api = product.openHttpApi()
    new RolecastAuthorizer(product.stack, 'Rolecast', { catalog: compiledShop, functionArn: elsewhere }).protect(api)
    product.synth()
    const json = JSON.stringify(product.template().toJSON())
    expect(json).toContain(`${elsewhere}/invocations`)
    expect(json).not.toContain('/authorizers/*')
  })

  it('lets the owner of the function permit an account', () => {
    product.authorizer().permitAccount('222222222222')
    product.template().hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'apigateway.amazonaws.com',
      SourceArn: { 'Fn::Join': ['', Match.arrayWith([':222222222222:*/authorizers/*'])] },
    })
  })

  it('lets nobody else permit an account', () => {
    const guest = new RolecastAuthorizer(product.stack, 'Guest', { catalog: compiledShop, functionArn: elsewhere })
    expect(() => guest.permitAccount('222222222222')).toThrow(/Only the owner/)
  })

  it('refuses to guard an API of another account with a function of its own', () => {
    const [near, far] = ['111111111111', '222222222222'].map(
      (account) => new Stack(product.app, `In${account}`, { env: { account, region: 'eu-west-1' } }),
    ) as [Stack, Stack]
    const api = new HttpApi(far, 'Http')
    expect(() => product.authorizer(near).protect(api)).toThrow(/another account or Region/)
  })
})
