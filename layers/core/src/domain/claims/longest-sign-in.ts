/**
 * Longer tokens of providers are refused unread (characters), at the token service and before it. Twice what our own may
 * take: providers that list groups make tokens larger than ours ever are.
 */
export const longestSignIn = 16_384
