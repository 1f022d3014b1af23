/** Everything a first allowed request does not need, loaded when it is needed: `later/`. */
export const later = () => import('./later/index.ts')
