/**
 * How long a Rolecast token may live, in seconds: `otherwise` where nothing is configured, and the bounds of what may be.
 * Whatever has to outlast every token (the change log) is reckoned from `most`.
 */
export const tokenLife = { otherwise: 300, least: 30, most: 840 } as const
