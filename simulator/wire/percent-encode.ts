/** RFC 3986 percent-encoding as the cloud's signatures want it: only `A-Za-z0-9-_.~` stay. */
export const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** Orders by bytes, as canonical strings demand; JavaScript's own order is by UTF-16 units. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
