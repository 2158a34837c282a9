import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * A file with a key and the certificate that it signed for itself: `own` is for `localhost`,
 * `other` for another host, and the time of `expired` is over.
 */
export function certificate(name: 'own' | 'other' | 'expired'): { file: string; pem: string } {
  const file = fileURLToPath(new URL(`../fixtures/certificates/${name}.pem`, import.meta.url));
  return { file, pem: readFileSync(file, 'utf8') };
}
