import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Tells the Weir home of a running machine from every copy of it, on this machine and on others: the boot of the kernel (random(4)) and the
 * file that is locked by the home's host. After a reboot it is another one.
 */
export function readHostPlace(home: string): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const { dev, ino } = statSync(join(home, 'run', 'host.lock'), { bigint: true });
  return `${boot}:${dev}:${ino}`;
}
