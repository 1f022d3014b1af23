/**
 * An address that credentials may be sent to: `https:`, or `http:` on a loopback address, without credentials, query or fragment.
 * @throws TypeError that never repeats it; `name` says which one it is
 */
export function checkedUrl(text: string, name: string): URL {
  const url = URL.parse(text)
  const loopback = url !== null && /^(127\.0\.0\.1|\[::1\]|localhost)$/.test(url.hostname)
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && loopback))) {
    throw new TypeError(`The identity admin's ${name} must be https, or http on a loopback address`)
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new TypeError(`The identity admin's ${name} must have neither credentials nor query nor fragment`)
  }
  return url
}
