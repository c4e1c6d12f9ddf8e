import { parentPort, workerData } from 'node:worker_threads';
import { createClient, type ClientOptions } from '@weir/contract/client';

/** How long between an answer and the next request, ms. */
const PAUSE_MS = 50;

/** Worker: asks for the first page of jobs again and again, as a page in a browser does; each message is how long an answer took, ms. */
const options: unknown = workerData;
if (!isClientOptions(options)) throw new Error('the options of a client are missing');
const client = createClient(options);
for (;;) {
  const from = performance.now();
  await client.jobList({ query: { limit: 100 } });
  parentPort?.postMessage(performance.now() - from);
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

function isClientOptions(value: unknown): value is ClientOptions {
  return typeof value === 'object' && value !== null && 'url' in value && 'token' in value;
}
