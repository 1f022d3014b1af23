import type { IRestApi } from 'aws-cdk-lib/aws-apigateway'
import { isMockedPreflight, keyOfMethod, restMethods } from './api-routes.ts'
import { checkRestPolicy } from './check-rest-policy.ts'
import { checkRoutes } from './check-routes.ts'
import { authorizerFor, checkAuthorizers, guardOf, type Protection, type ProtectionTerms } from './protection.ts'

/** Puts the authorizers before the methods of a REST API and checks that they stand there. */
export function protectRest(api: IRestApi, terms: ProtectionTerms): Protection {
  return {
    attach(root) {
      const attached = restMethods(root, api.restApiId).flatMap((method) => {
        const key = keyOfMethod(method)
        const authorizerId = key === undefined ? undefined : authorizerFor(key, terms)
        if (authorizerId === undefined || method.authorizerId !== undefined) return []
        method.authorizerId = authorizerId
        method.authorizationType = 'CUSTOM'
        return [[key, authorizerId]]
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
        ...checkAuthorizers('rest', terms.authorizers),
        ...checkRestPolicy(terms.catalog),
      ]
    },
  }
}
