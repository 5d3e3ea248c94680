import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** The keys of a webhook: one that the receiver shares (v1), and one of which it knows the public half (v1a). */
export type WebhookKeys = { secret: Buffer; privateKey: Buffer };

export function createKeys(): WebhookKeys {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { secret: randomBytes(32), privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }) };
}

/** whsec_ and base64, as Standard Webhooks writes a shared secret. */
export const formatSecret = (secret: Buffer) => `whsec_${secret.toString('base64')}`;

/** whpk_ and the base64 of the 32 bytes of the Ed25519 public key. */
export function formatPublicKey(privateKey: Buffer): string {
  const key = createPublicKey(createPrivateKey({ key: privateKey, type: 'pkcs8', format: 'der' }));
  return `whpk_${key.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')}`;
}

/**
 * Headers of a message by Standard Webhooks 1.0: HMAC-SHA256 (v1) and Ed25519 (v1a) over "id.timestamp.body".
 * `time`: milliseconds.
 */
export function signedHeaders({ secret, privateKey }: WebhookKeys, id: string, time: number, body: string) {
  const timestamp = Math.floor(time / 1000);
  const content = Buffer.from(`${id}.${timestamp}.${body}`);
  const mac = createHmac('sha256', secret).update(content).digest('base64');
  const signature = sign(null, content, createPrivateKey({ key: privateKey, type: 'pkcs8', format: 'der' }));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${mac} v1a,${signature.toString('base64')}`,
  };
}
