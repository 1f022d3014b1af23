import type { IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { httpRoutes } from './api-routes.ts'
import { checkRoutes } from './check-routes.ts'
import { attachAuthorizer, checkAuthorizers, guardOf, type Protection, type ProtectionTerms } from './protection.ts'
import { propertiesOf } from './template-properties.ts'

/** Puts the authorizers before the routes of an HTTP API and checks that they stand there. */
export function protectHttp(api: IHttpApi, terms: ProtectionTerms): Protection {
  return {
    attach(root) {
      for (const route of httpRoutes(root, api.apiId)) attachAuthorizer(route, route.routeKey, terms)
    },
    check(root) {
      const routes = httpRoutes(root, api.apiId).map((route) => ({
        key: propertiesOf(route).RouteKey,
        guard: guardOf(route, terms.authorizers),
        place: route.node.path,
      }))
      return [...checkRoutes({ ...terms, routes }), ...checkAuthorizers('http', terms)]
    },
  }
}
