import { App, CfnOutput, Duration, Stack, Stage } from 'aws-cdk-lib'
import { Cors, LambdaIntegration, RestApi, TokenAuthorizer } from 'aws-cdk-lib/aws-apigateway'
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { AttributeType, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { EventBus, Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { Trigger } from 'aws-cdk-lib/triggers'

/**
 * Synthesizes an app with one of everything that the local stack gives life to, in two stacks of the stage `dev`, as CDK writes
 * it down.
 *
 * @param code folder of the one bundle, whose answers say what reached it.
 */
export function synthesizeApp(outdir: string, code: string): void {
  const app = new App({ outdir, analyticsReporting: false, postCliContext: { 'aws:cdk:enable-path-metadata': true } })
  const stage = new Stage(app, 'dev')
  const data = new Stack(stage, 'data')
  const table = new TableV2(data, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
    globalSecondaryIndexes: [{ indexName: 'byKind', partitionKey: { name: 'kind', type: AttributeType.STRING } }],
  })
  const bus = new EventBus(data, 'Bus')

  const api = new Stack(stage, 'api')
  const fn = (id: string) => {
    const made = new lambda.Function(api, id, {
      runtime: lambda.Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(code),
      memorySize: 256,
      timeout: Duration.seconds(10),
      environment: { ROLE: id, TABLE: table.tableName, BUS: bus.eventBusName },
    })
    table.grantReadWriteData(made)
    bus.grantPutEventsTo(made)
    return made
  }
  const [backend, authorizer, reader] = [fn('Backend'), fn('Authorizer'), fn('Reader')]
  reader.addEventSource(
    new DynamoEventSource(table, {
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      retryAttempts: 1,
      onFailure: new SqsDlq(new Queue(api, 'Failed')),
    }),
  )
  new Rule(api, 'Changes', { eventBus: bus, eventPattern: { source: ['ix'] }, targets: [new LambdaFunction(reader)] })
  new Rule(api, 'Hourly', { schedule: Schedule.rate(Duration.hours(1)), targets: [new LambdaFunction(reader)] })
  new Trigger(api, 'First', { handler: backend })

  const http = new HttpApi(api, 'Http', {
    defaultAuthorizer: new HttpLambdaAuthorizer('Simple', authorizer, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: ['$request.header.Authorization', '$context.routeKey'],
      resultsCacheTtl: Duration.minutes(5),
    }),
  })
  http.addRoutes({
    path: '/flows/{id}',
    methods: [HttpMethod.GET],
    integration: new HttpLambdaIntegration('I', backend),
  })
  new CfnOutput(api, 'HttpUrl', { value: http.apiEndpoint })

  const rest = new RestApi(api, 'Rest', { defaultCorsPreflightOptions: { allowOrigins: Cors.ALL_ORIGINS } })
  const live = new lambda.Alias(api, 'Live', { aliasName: 'live', version: backend.currentVersion })
  rest.root
    .addResource('flows')
    .addResource('{id}')
    .addMethod('GET', new LambdaIntegration(live), {
      authorizer: new TokenAuthorizer(api, 'Token', { handler: authorizer }),
    })
  new CfnOutput(api, 'RestUrl', { value: rest.url })
  app.synth()
}

/** Backend writes what it is asked for into the table and onto the bus; reader remembers; authorizer lets `yes` through. */
export const BUNDLE = `
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
const { ROLE, TABLE, BUS, AWS_ENDPOINT_URL_EVENTBRIDGE } = process.env
const client = new DynamoDBClient({})
const seen = []
const roles = {
  async Backend(event) {
    const id = event.pathParameters?.id ?? 'triggered'
    await client.send(new PutItemCommand({ TableName: TABLE, Item: { pk: { S: id }, kind: { S: 'flow' } } }))
    const entry = { Source: 'ix', DetailType: 'Seen', Detail: JSON.stringify({ id }), EventBusName: BUS }
    await fetch(AWS_ENDPOINT_URL_EVENTBRIDGE, {
      method: 'POST', headers: { 'x-amz-target': 'AWSEvents.PutEvents' }, body: JSON.stringify({ Entries: [entry] }),
    })
    return { statusCode: 200, body: JSON.stringify(event.requestContext?.authorizer ?? null) }
  },
  async Authorizer(event) {
    const allowed = (event.authorizationToken ?? event.headers.authorization) === 'yes'
    if (event.methodArn === undefined) return { isAuthorized: allowed, context: { n: 1 } }
    const Statement = [{ Action: 'execute-api:Invoke', Effect: allowed ? 'Allow' : 'Deny', Resource: event.methodArn }]
    return { principalId: 'someone', policyDocument: { Version: '2012-10-17', Statement }, context: { n: 1 } }
  },
  async Reader(event) {
    if (event.recall) return seen
    seen.push(...(event.Records?.map(({ dynamodb }) => 'record ' + dynamodb.Keys.pk.S) ?? [event.source + ' ' + (event.detail.id ?? '')]))
  },
}
export const handler = (event) => roles[ROLE](event)
`
