import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Gpu } from '@weir/contract/protocol';
import { readTextIfThere, type Logger } from '@weir/runtime';

const QUERY = ['--query-gpu=index,pci.bus_id,memory.total,driver_version,name', '--format=csv,noheader,nounits'];
const TIMEOUT_MS = 20_000;
const MIB = 1024 * 1024;

/** Asks the driver's own tool (its path) for the GPUs of this node; none when there is no tool or it fails. */
export async function probeGpus(log: Logger, tool: string | undefined, sys = '/sys'): Promise<Gpu[]> {
  if (tool === undefined) return [];
  try {
    const { stdout } = await promisify(execFile)(tool, QUERY, { timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
    return parseGpus(stdout, (busId) => readNumaNode(busId, sys));
  } catch (error) {
    log.warn({ err: error }, 'nvidia-smi is there but does not answer; this node offers no GPU');
    return [];
  }
}

/** Reads `0, 00000000:3B:00.0, 23034, 550.54.15, NVIDIA L4` lines; a line of another form is left out. */
export function parseGpus(text: string, numaOf: (busId: string) => number | null): Gpu[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s*,\s*([0-9A-Fa-f:.]+)\s*,\s*(\d+)\s*,\s*([^,]*?)\s*,\s*(.+?)\s*$/.exec(line);
    if (match === null) return [];
    const [, index, busId = '', mib, driver = '', name = ''] = match;
    const driverVersion = /^\d/.test(driver) ? { driverVersion: driver.slice(0, 64) } : {};
    return [
      { index: Number(index), name, memoryBytes: Number(mib) * MIB, numa: numaOf(busId), busId: busId.slice(0, 64), ...driverVersion },
    ];
  });
}

/** The NUMA node that a PCI device (`00000000:3B:00.0`) is attached to; null where the kernel does not tell. */
export function readNumaNode(busId: string, sys: string): number | null {
  const address = busId.toLowerCase().replace(/^0{4}(?=[0-9a-f]{4}:)/, '');
  const text = readTextIfThere(join(sys, 'bus/pci/devices', address, 'numa_node')) ?? '';
  return /^\d+\s*$/.test(text) ? Number(text) : null;
}
