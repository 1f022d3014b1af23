import type { FetchChanges } from './follow-changes.ts'

/** `GET /changes` of the token service at this URL (which ends in `/`), for one application, with the `fetch` of Node. */
export function fetchChangesFrom(tokenServiceUrl: string, application: string): FetchChanges {
  return async (after) => {
    const url = new URL('changes', tokenServiceUrl)
    url.searchParams.set('application', application)
    if (after !== undefined) url.searchParams.set('after', after)
    const response = await fetch(url, { signal: AbortSignal.timeout(3_000), redirect: 'error' })
    if (!response.ok) throw new Error(`the token service answered ${response.status}`)
    return response.json()
  }
}
