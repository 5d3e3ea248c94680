import { lookup as resolve } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The result of sending. It is delivered if the receiver answered 2xx in time. */
export type Sent = { isDelivered: boolean; status?: number | undefined; detail?: string };
export type Reach = {
  /** Receivers may be in private networks, and without TLS. */
  isPrivateAllowed: boolean;
  timeoutMilliseconds: number;
};

/** A receiver's answer is read no further than this. */
const maxAnswerBytes = 16 * 1024;

/**
 * POSTs a message. Follows no redirect. Connects to public addresses only, and exactly to the address that was checked, so that a name cannot
 * resolve to another one a moment later. Never throws.
 */
export async function send(
  url: string,
  headers: Record<string, string>,
  body: string,
  reach: Reach,
  signal: AbortSignal,
): Promise<Sent> {
  const target = new URL(url);
  const problem = reach.isPrivateAllowed ? undefined : problemOf(target);
  if (problem) return { isDelivered: false, detail: problem };
  const start = target.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((done) => {
    let end = (sent: Sent) => {
      end = () => undefined;
      clearTimeout(timer);
      request.destroy();
      done(sent);
    };
    let late = () => end({ isDelivered: false, detail: `No answer within ${reach.timeoutMilliseconds / 1000} s.` });
    const timer = setTimeout(() => late(), reach.timeoutMilliseconds);
    const request = start(
      target,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' },
        lookup: reach.isPrivateAllowed ? undefined : lookupPublic,
        signal,
      },
      (response) => {
        const status = response.statusCode ?? 0;
        const isDelivered = status >= 200 && status < 300;
        let [length, text] = [0, ''];
        const finish = () => {
          const said = status >= 300 && status < 400 ? `A redirect, which is not followed. ${text}` : text;
          end({ isDelivered, status, ...(isDelivered ? {} : { detail: said.slice(0, 300) }) });
        };
        // Once there is a status, it is the answer, even if the body comes too late.
        late = finish;
        response.on('data', (piece: Buffer) => {
          length += piece.length;
          if (text.length < 300) text += piece.toString('latin1').replaceAll(/[^\x20-\x7e]/g, ' ');
          if (length > maxAnswerBytes) finish();
        });
        response.on('end', finish);
        // If the body breaks off or is shorter than declared, the status still counts.
        response.on('error', finish);
        response.on('close', finish);
      },
    );
    request.on('error', (error: NodeJS.ErrnoException) =>
      end({ isDelivered: false, detail: error.code ? `${error.code}: ${error.message}` : error.message }),
    );
    request.end(body);
  });
}

/** Why a URL cannot be a receiver's; undefined if it can. Host names are checked when they are resolved. */
export function problemOf({ protocol, hostname, username, password }: URL): string | undefined {
  if (protocol !== 'https:') return 'A receiver must be reached by https.';
  if (username || password) return 'An address must not hold a name or a password.';
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) && !isPublic(host)) return `${host} is not a public address.`;
  return undefined;
}

/** Why a host name is one of a machine or a local network only; undefined if it is not. Its addresses are checked when something is sent. */
export function localName({ hostname }: URL): string | undefined {
  const isLocal = /^[^.[]*\.?$|\.(localhost|local|internal)\.?$/i.test(hostname);
  return isLocal ? `${hostname} is not a name of the public internet.` : undefined;
}

/** Whether an address is one of the public internet, not in a private, local, shared, translated or reserved range. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const read = ipaddr.process(address);
  // Of IPv6 only 2000::/3 is assigned; an address outside may stand for an IPv4 address (::127.0.0.1).
  const isGivenOut = read.kind() === 'ipv4' || (read as ipaddr.IPv6).parts[0]! >> 13 === 1;
  return isGivenOut && read.range() === 'unicast';
}

/** Resolves a name for a connection. Fails if any of its addresses is not public. */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const private_ = addresses.find(({ address }) => !isPublic(address));
    const [first] = addresses;
    if (private_ || !first)
      return callback(
        new Error(`${hostname} is ${private_?.address ?? 'nowhere'}, which is not a public address.`),
        '',
        0,
      );
    if (options.all) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};
