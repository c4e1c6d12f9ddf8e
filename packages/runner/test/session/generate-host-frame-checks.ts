import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CHECKS_FILE, makeHostFrameChecks } from './host-frame-checks-text.ts';

const path = fileURLToPath(new URL(`../../${CHECKS_FILE}`, import.meta.url));
writeFileSync(path, await makeHostFrameChecks(path));
