import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
import type { RouteKey } from '@rolecast/core/domain/catalog/define'
import { effectiveRoutes } from '@rolecast/core/domain/catalog/effective-routes'
import { tokenLife } from '@rolecast/core/domain/freshness/token-life'
import { AspectPriority, Aspects, Duration, Stack, Stage, Validations } from 'aws-cdk-lib'
import { type IRestApi, RestApi } from 'aws-cdk-lib/aws-apigateway'
import type { IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { Construct, type IConstruct } from 'constructs'
import type { LambdaFunction } from '../lambda-function.ts'
import { type AuthorizerFunctionProps, authorizerFunction } from './authorizer-function.ts'
import { GatewayAuthorizers, permitAuthorizers } from './gateway-authorizers.ts'
import { protectHttp } from './protect-http.ts'
import { protectRest } from './protect-rest.ts'
import type { Protection } from './protection.ts'
import { explainRefusals } from './refusal-responses.ts'

export type RolecastAuthorizerProps = {
  /** The application's catalog, compiled with its lock file. */
  readonly catalog: CompiledCatalog
  /**
   * How long a gateway may keep an answer: less than a token lives. Gateways keep refusals, too: with a cache, a permission that is
   * given or taken away takes effect up to this much later, beyond the bound of `freshness`, except on strong routes, whose
   * answers are never kept.
   * Default: 0, every request is decided.
   */
  readonly resultCacheTtl?: Duration
  /** How long the token service's tokens live, where its owner changed it, seconds. Default: 300. */
  readonly tokenSeconds?: number
} & (OwnFunction | SharedFunction)

/** The authorizer runs beside the API, as a function of this stack. The usual case. */
export type OwnFunction = Omit<AuthorizerFunctionProps, 'catalog' | 'resultCacheSeconds'> & {
  readonly functionArn?: never
}

/**
 * The authorizer runs elsewhere, perhaps in another account: its owner has permitted this account (`permitAccount`) and
 * has given it a result cache at least as long as this one.
 */
export interface SharedFunction {
  readonly functionArn: string
}

export interface ProtectOptions {
  /** Routes that are open to everyone, each as the API spells it. They must not be in the catalog. */
  readonly publicRoutes?: readonly (RouteKey | `ANY /${string}` | '$default')[]
  /** False where a REST API has gateway responses of its own for refusals. Default: it says the code of the refusal. */
  readonly explainRefusals?: boolean
}

/**
 * Rolecast before a product's APIs. One function decides; each protected API gets a gateway authorizer in front of it,
 * and where answers are cached, a second one without a cache for the strong routes.
 *
 * The synthesis fails when a route of a protected API has no permission in the catalog and is not listed as public, when
 * a route is not behind the right authorizer, or when a cached answer could depend on anything but its cache key.
 */
export class RolecastAuthorizer extends Construct {
  readonly #props: RolecastAuthorizerProps
  readonly #cacheSeconds: number
  /** The function of this construct; `undefined` where it runs elsewhere. */
  readonly lambda: LambdaFunction | undefined
  readonly functionArn: string

  constructor(scope: Construct, id: string, props: RolecastAuthorizerProps) {
    super(scope, id)
    this.#props = props
    this.#cacheSeconds = (props.resultCacheTtl ?? Duration.seconds(0)).toSeconds()
    this.lambda =
      props.functionArn === undefined
        ? authorizerFunction(this, 'Lambda', { ...props, resultCacheSeconds: this.#cacheSeconds })
        : undefined
    this.functionArn = props.functionArn ?? this.lambda?.function.functionArn ?? ''
  }

  /**
   * Protects an API: its own stack's, another stack's, or one imported by its id. Every route that the catalog names goes
   * behind an authorizer, whenever and wherever it is added. Routes that are not made with the CDK cannot be seen.
   */
  protect(api: IHttpApi | IRestApi, options: ProtectOptions = {}): void {
    const rest = 'restApiId' in api
    const { catalog: own } = this.#props.catalog
    const catalog = { ...own, routes: effectiveRoutes(own) }
    const { tokenSeconds = tokenLife.otherwise } = this.#props
    this.#requireSameEnvironment(api)
    const authorizers = new GatewayAuthorizers(api, 'Rolecast', {
      gateway: rest ? 'rest' : 'http',
      apiId: rest ? api.restApiId : api.apiId,
      functionArn: this.functionArn,
      application: catalog.application,
      cacheSeconds: this.#cacheSeconds,
      strong: this.#cacheSeconds > 0 && Object.values(catalog.routes).some((route) => route.freshness === 'strong'),
      permit: this.lambda !== undefined,
    })
    const terms = { catalog, authorizers, publicRoutes: new Set<string>(options.publicRoutes), tokenSeconds }
    this.#apply(rest ? protectRest(api, terms) : protectHttp(api, terms))
    if (api instanceof RestApi && options.explainRefusals !== false) explainRefusals(api, catalog.application)
  }

  /** Lets the APIs of another account (12 digits) use the function of this construct. */
  permitAccount(account: string): void {
    if (this.lambda === undefined) throw new Error('Only the owner of the function can permit an account to call it')
    permitAuthorizers(this, `Permission${account}`, { functionArn: this.functionArn, apiId: '*', account })
  }

  #requireSameEnvironment(api: IHttpApi | IRestApi): void {
    const [own, its] = [Stack.of(this), Stack.of(api)]
    if (this.lambda === undefined || (own.account === its.account && own.region === its.region)) return
    throw new Error(
      `${api.node.path} is in another account or Region than its authorizer: create the authorizer there, ` +
        'or call permitAccount here and pass functionArn there (same Region)',
    )
  }

  #apply(protection: Protection): void {
    const root: IConstruct = Stage.of(this) ?? this.node.root
    const attach = { visit: (node: IConstruct) => (node === root ? protection.attach(root) : undefined) }
    Aspects.of(root).add(attach, { priority: AspectPriority.MUTATING })
    this.node.addValidation({
      validate: () => {
        const findings = protection.check(root)
        for (const { severity, code, message } of findings) {
          if (severity === 'warning') Validations.of(this).addWarning(`rolecast:${code}`, message)
        }
        return findings.filter(({ severity }) => severity === 'error').map(({ code, message }) => `${code}: ${message}`)
      },
    })
  }
}
