import middy from '@middy/core'
import { catalogs } from '@rolecast/catalogs'
import { toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import { permissions } from '@rolecast/permission-sdk/middy'
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda'
import { type Answer, answer, type GrantOfProduct } from './answer.ts'
import { dynamoDocuments } from './documents.ts'

const table = process.env['PRODUCT_TABLE']
if (table === undefined) throw new Error('PRODUCT_TABLE is not set')
const documents = dynamoDocuments(table)

/** Behind an HTTP API (payload 2.0) or a REST API: without the authorizer's context the middleware answers, not we. */
export const handler = middy<APIGatewayProxyEvent | APIGatewayProxyEventV2, Answer>()
  .use(permissions({ catalog: toDecisionCatalog(catalogs['customer-v2']) }))
  .handler((event, context) => answer(event, (context as typeof context & GrantOfProduct).grant, documents))
