/** Headers of a `jobLogs` answer. */
export const LOG_HEADERS = { offset: 'weir-log-offset', next: 'weir-log-next', ended: 'weir-log-ended' } as const;
