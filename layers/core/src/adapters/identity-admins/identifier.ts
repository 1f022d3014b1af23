/** What may be the name of an organization or of an account. Whoever is called otherwise has no account here. */
export const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._~@|:+-]{0,127}$/
