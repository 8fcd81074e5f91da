// Where something that was read stands, as the network knows it.

const SCHEMES = new Set(["https:", "http:"]);
// Google's own search gives addresses of its own that lead on, and in place of a title the host.
const LEADS_ON = "vertexaisearch.cloud.google.com";
const HOST = /^([a-z0-9-]+\.)+[a-z0-9-]{2,}$/i;

/** sources: [{title, url}]. Those that a click may lead to, as [{title, href, host}]. */
export const placesOf = (sources) => sources.map(placeOf).filter(Boolean);

function placeOf({ title, url }) {
  const address = URL.parse(url);
  if (!address || !SCHEMES.has(address.protocol)) return null;
  return { title, href: address.href, host: hostOf(address, title) };
}

const hostOf = ({ host }, title) =>
  host === LEADS_ON && HOST.test(title) ? `${title.toLowerCase()} via Google` : host;
