import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

/** The trusted proxies, in Fastify's terms: their addresses, or a function that counts how many stand in front. */
export type Proxies = string[] | ((address: string, hop: number) => boolean);

const named = ['loopback', 'linklocal', 'uniquelocal'];

/**
 * Parses the number of proxies in front (`1`) or where they are: addresses, networks (`10.0.0.0/8`) and the names `loopback`, `linklocal` and
 * `uniquelocal`, separated by commas. Throws an Error that says what is wrong.
 */
export function readProxies(text: string | undefined): Proxies | undefined {
  const written = text?.trim() ?? '';
  if (written === '' || written === '0') return undefined;
  if (/^\d{1,2}$/.test(written)) return (_, hop) => hop < Number(written);
  return written.split(',').map((part) => {
    const proxy = part.trim();
    const isNetwork = isIP(proxy) > 0 || (isIP(proxy.split('/')[0]!) > 0 && ipaddr.isValidCIDR(proxy));
    if (isNetwork || named.includes(proxy)) return proxy;
    throw new Error(
      `VITRINE_BEHIND_PROXY is the number of proxies in front (1), or their addresses and networks (10.0.0.7,192.168.0.0/16,loopback); "${proxy}" is neither.`,
    );
  });
}

/** The client to whom a request is attributed in limits: its address, or for IPv6 its /64, which is what one line has. */
export function clientOf({ ip }: FastifyRequest): string {
  if (!ip.includes(':') || isIP(ip) !== 6) return ip;
  const address = ipaddr.process(ip);
  return address.kind() === 'ipv4' ? address.toString() : (address as ipaddr.IPv6).parts.slice(0, 4).join(':');
}
