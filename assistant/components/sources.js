// Where something that was read stands, as the network knows it.

const SCHEMES = new Set(["https:", "http:"]);

/** sources: [{title, url}]. Those that a click may lead to, as [{title, href, host}]. */
export const placesOf = (sources) => sources.map(placeOf).filter(Boolean);

function placeOf({ title, url }) {
  const address = URL.parse(url);
  if (!address || !SCHEMES.has(address.protocol)) return null;
  return { title, href: address.href, host: address.host };
}
