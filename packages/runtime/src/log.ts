import { pino, type Logger } from 'pino';

export type { Logger };

/** Makes the process's logger: JSON lines on standard error, level from `level`, secrets in known places blanked. */
export function createLogger(name: string, level: string): Logger {
  return pino(
    { name, level, redact: ['token', '*.token', 'headers.authorization', 'req.headers.authorization', 'req.headers.cookie'] },
    pino.destination({ dest: 2, sync: true }),
  );
}
