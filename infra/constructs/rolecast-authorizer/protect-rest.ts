import { CfnResource } from 'aws-cdk-lib'
import type { IRestApi } from 'aws-cdk-lib/aws-apigateway'
import type { IConstruct } from 'constructs'
import { isMockedPreflight, keyOfMethod, restMethods } from './api-routes.ts'
import { checkRestPolicy } from './check-rest-policy.ts'
import { checkRoutes } from './check-routes.ts'
import {
  attachAuthorizer,
  cacheSecondsOf,
  checkAuthorizers,
  guardOf,
  type Protection,
  type ProtectionTerms,
} from './protection.ts'
import { propertiesOf } from './template-properties.ts'

/** Puts the authorizers before the methods of a REST API and checks that they stand there. */
export function protectRest(api: IRestApi, terms: ProtectionTerms): Protection {
  return {
    attach(root) {
      const attached = restMethods(root, api.restApiId).flatMap((method) => {
        const key = keyOfMethod(method)
        const authorizerId = key === undefined ? undefined : attachAuthorizer(method, key, terms)
        return authorizerId === undefined ? [] : [[key, authorizerId]]
      })
      // A REST API changes only with a new deployment, and a deployment is new when its logical id is.
      if (attached.length > 0) api.latestDeployment?.addToLogicalId({ rolecast: attached })
    },
    check(root) {
      const routes = restMethods(root, api.restApiId)
        .filter((method) => !isMockedPreflight(method))
        .map((method) => ({
          key: keyOfMethod(method),
          guard: guardOf(method, terms.authorizers),
          place: method.node.path,
        }))
      return [
        ...checkRoutes({ ...terms, routes }),
        ...checkAuthorizers('rest', terms),
        ...checkRestPolicy({
          catalog: terms.catalog,
          stageName: stageNameOf(api),
          cacheSeconds: cacheSecondsOf(terms.authorizers.normal),
        }),
      ]
    },
  }
}

/** Where the name is not known, one as long as any that people give. */
function stageNameOf(api: IRestApi): string {
  const stage: IConstruct | undefined = (api as Partial<IRestApi>).deploymentStage?.node.defaultChild
  const name = CfnResource.isCfnResource(stage) ? propertiesOf(stage).StageName : undefined
  return typeof name === 'string' ? name : 'x'.repeat(32)
}
