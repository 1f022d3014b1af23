import { encodeBase64url } from '@rolecast/core/domain/claims/base64url'
import { ownClaims } from './authorizer.ts'
import { makeModel } from './model.ts'
import { makeSetting, sign } from './setting.ts'

export interface TokenFigures {
  /** Bytes of the permission claim's payload for 500 permissions of which 125 are held, whole sections. */
  readonly claimBytes500of125: number
  /** Characters of the whole JWT over the same JWT without the permission claim. */
  readonly jwtToEmptyRatio: number
  /** Characters of the whole JWT, by the way the permissions are written. */
  readonly byEncoding: Readonly<Record<string, number>>
  /** log2 of the number of ways to hold 125 of 500, in bytes: no encoding of arbitrary sets can be shorter on average. */
  readonly entropyBytesOfArbitrarySets: number
}

export async function measureToken(): Promise<TokenFigures> {
  const setting = makeSetting()
  const model = makeModel(500)
  const { prm, ...base } = ownClaims(model)
  if (typeof prm !== 'string') throw new Error('no permission claim')
  const size = async (claims: Record<string, unknown>) =>
    (await sign(setting, { claims: { ...base, ...claims } })).length
  const bitset = encodeBase64url(new Uint8Array(model.numbers.buffer, 0, 63))
  const empty = await size({})
  return {
    claimBytes500of125: Buffer.from(prm.slice(2), 'base64url').length,
    jwtToEmptyRatio: (await size({ prm })) / empty,
    byEncoding: {
      'no permissions': empty,
      'as minted': await size({ prm }),
      bitset: await size({ prm: `1b${bitset}` }),
      'scope string': await size({ scope: model.granted.join(' ') }),
      'array of names': await size({ permissions: model.granted }),
    },
    entropyBytesOfArbitrarySets: entropyBytes(500, 125),
  }
}

function entropyBytes(n: number, k: number): number {
  let bits = 0
  for (let index = 1; index <= k; index++) bits += Math.log2((n - k + index) / index)
  return bits / 8
}
