import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readTextIfThere } from '@weir/runtime';

/** Readings outside of this are of sensors that are not connected. */
const PLAUSIBLE = { min: -50, max: 200 };

/** The files of a `sys` folder that tell a temperature, in thousandths of a degree Celsius: thermal zones and hardware monitors. */
export function findTemperatureFiles(sys = '/sys'): string[] {
  const zones = list(join(sys, 'class/thermal'), /^thermal_zone\d+$/).map((zone) => join(zone, 'temp'));
  const monitors = list(join(sys, 'class/hwmon'), /^hwmon\d+$/).flatMap((monitor) => list(monitor, /^temp\d+_input$/));
  return [...zones, ...monitors];
}

/** The highest of some readings in degrees Celsius; null when none can be read. */
export function readHighestTemperature(files: readonly string[]): number | null {
  const readings = files.flatMap((file) => readDegrees(file) ?? []).filter((value) => value > PLAUSIBLE.min && value < PLAUSIBLE.max);
  return readings.length === 0 ? null : Math.max(...readings);
}

function readDegrees(file: string): number | undefined {
  try {
    const text = readTextIfThere(file);
    return text === undefined || !/^-?\d+\s*$/.test(text) ? undefined : Number(text) / 1000;
  } catch {
    return undefined; // sensors of sleeping devices fail to answer
  }
}

function list(folder: string, pattern: RegExp): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .map((name) => join(folder, name));
  } catch {
    return []; // no such class of devices
  }
}
