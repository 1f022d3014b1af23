import type { Catalog } from '@rolecast/core/domain/catalog/catalog'
import { splitRouteKey } from '@rolecast/core/domain/catalog/route-key'
import type { Integration, IRestApi } from 'aws-cdk-lib/aws-apigateway'
import { type HttpApi, HttpMethod, type HttpRouteIntegration } from 'aws-cdk-lib/aws-apigatewayv2'

/** Adds every route of a catalog to an HTTP API, all before the same integration. */
export function addHttpRoutes(api: HttpApi, catalog: Catalog, integration: HttpRouteIntegration): void {
  for (const key of Object.keys(catalog.routes)) {
    const { method, path } = splitRouteKey(key)
    api.addRoutes({ path, methods: [HttpMethod[method as keyof typeof HttpMethod]], integration })
  }
}

/** Adds every route of a catalog to a REST API, all before the same integration. */
export function addRestRoutes(api: IRestApi, catalog: Catalog, integration: Integration): void {
  for (const key of Object.keys(catalog.routes)) {
    const { method, path } = splitRouteKey(key)
    api.root.resourceForPath(path).addMethod(method, integration)
  }
}
