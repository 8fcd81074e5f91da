// Whom and what a call reaches, in words, and where an address really leads.

const KINDS = {
  recipient: "To",
  url: "Address",
  query: "Search words",
  calendar: "Calendar",
  event: "Event",
  file: "File",
  mail: "Mail",
  note: "Note",
  server: "Server",
};

const NOUNS = { recipient: "recipient", url: "address", query: "search" };

export const kindOf = ({ kind }) => KINDS[kind] ?? kind;

/** "this recipient", as a permission for one of them is called. */
export const thisOne = ({ kind }) => `this ${NOUNS[kind] ?? kind}`;

const OUTWARD = new Set(["recipient", "url", "query"]); // the rest is the user's own
const DOUBTS = {
  untrusted: () => "Only named in text that was read, not by you",
  model: ({ kind }) => (OUTWARD.has(kind) ? "Named by the assistant, not by you" : ""),
};

/** Why to look closer at a target; "" when there is no reason. */
export const doubtOf = (target) => DOUBTS[target.origin]?.(target) ?? "";

const hostnameOf = (address) => URL.parse(address)?.hostname ?? "";

const WHERE = { recipient: mailHost, url: webHost, server: webHost };

/** The domain that the network will ask for, where that is not what one reads; else "". */
export const realDomain = (target) => WHERE[target.kind]?.(target.value) ?? "";

function mailHost(address) {
  const written = address.slice(address.lastIndexOf("@") + 1).trim().replace(/>$/, "");
  const real = hostnameOf(`http://${written}`);
  return real === written.toLowerCase() ? "" : real;
}

/** Letters of other scripts, or a false name before an @, hide the host. */
function webHost(address) {
  const real = hostnameOf(address);
  const [authority] = address.trim().toLowerCase().replace(/^[a-z]+:\/\//, "").split(/[/?#\\]/);
  return authority.replace(/:\d*$/, "") === real ? "" : real;
}
