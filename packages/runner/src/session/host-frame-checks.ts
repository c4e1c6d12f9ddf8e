/* eslint-disable */
// @ts-nocheck
// Generated from the contract's HostFrame by test/session/generate-host-frame-checks.ts: run it when a frame changes.
// Code instead of schemas, because the schema library would take 30 MB and 0.2 s of every runner.

/** By type of frame: true when a value that says it is one fits the contract. */
export const HOST_FRAME_CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  welcome: (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    'type' in value &&
    'version' in value &&
    'heartbeatMs' in value &&
    'lostAfterMs' in value &&
    'storeId' in value &&
    'attempts' in value &&
    typeof value.type === 'string' &&
    value.type === 'welcome' &&
    Number.isInteger(value.version) &&
    Number.isInteger(value.heartbeatMs) &&
    (!(Number.isFinite(value.heartbeatMs) || typeof value.heartbeatMs === 'bigint') || value.heartbeatMs >= 1) &&
    Number.isInteger(value.lostAfterMs) &&
    (!(Number.isFinite(value.lostAfterMs) || typeof value.lostAfterMs === 'bigint') || value.lostAfterMs >= 1) &&
    typeof value.storeId === 'string' &&
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u.test(value.storeId) &&
    Array.isArray(value.attempts) &&
    value.attempts.every(
      (unique_0, index) =>
        typeof unique_0 === 'object' &&
        unique_0 !== null &&
        !Array.isArray(unique_0) &&
        'jobId' in unique_0 &&
        'attempt' in unique_0 &&
        'eventsOffset' in unique_0 &&
        Number.isInteger(unique_0.jobId) &&
        (!(Number.isFinite(unique_0.jobId) || typeof unique_0.jobId === 'bigint') ||
          (unique_0.jobId >= 1 && unique_0.jobId <= 9007199254740991)) &&
        Number.isInteger(unique_0.attempt) &&
        (!(Number.isFinite(unique_0.attempt) || typeof unique_0.attempt === 'bigint') || unique_0.attempt >= 1) &&
        Number.isInteger(unique_0.eventsOffset) &&
        (!(Number.isFinite(unique_0.eventsOffset) || typeof unique_0.eventsOffset === 'bigint') || unique_0.eventsOffset >= 0),
    ),
  start: (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    'type' in value &&
    'jobId' in value &&
    'attempt' in value &&
    'launch' in value &&
    typeof value.type === 'string' &&
    value.type === 'start' &&
    Number.isInteger(value.jobId) &&
    (!(Number.isFinite(value.jobId) || typeof value.jobId === 'bigint') || (value.jobId >= 1 && value.jobId <= 9007199254740991)) &&
    Number.isInteger(value.attempt) &&
    (!(Number.isFinite(value.attempt) || typeof value.attempt === 'bigint') || value.attempt >= 1) &&
    typeof value.launch === 'object' &&
    value.launch !== null &&
    !Array.isArray(value.launch) &&
    'name' in value.launch &&
    'user' in value.launch &&
    'program' in value.launch &&
    'env' in value.launch &&
    'workdir' in value.launch &&
    'cpus' in value.launch &&
    'memoryBytes' in value.launch &&
    'gpuIds' in value.launch &&
    'timeLimitMs' in value.launch &&
    'graceMs' in value.launch &&
    'executor' in value.launch &&
    'cpuIds' in value.launch &&
    'numa' in value.launch &&
    'stdout' in value.launch &&
    'stderr' in value.launch &&
    'array' in value.launch &&
    'gang' in value.launch &&
    typeof value.launch.name === 'string' &&
    typeof value.launch.user === 'string' &&
    ((typeof value.launch.program === 'object' &&
      value.launch.program !== null &&
      !Array.isArray(value.launch.program) &&
      'kind' in value.launch.program &&
      'argv' in value.launch.program &&
      typeof value.launch.program.kind === 'string' &&
      value.launch.program.kind === 'command' &&
      Array.isArray(value.launch.program.argv) &&
      value.launch.program.argv.every((unique_0, index) => typeof unique_0 === 'string') &&
      value.launch.program.argv.length >= 1) ||
      (typeof value.launch.program === 'object' &&
        value.launch.program !== null &&
        !Array.isArray(value.launch.program) &&
        'kind' in value.launch.program &&
        'text' in value.launch.program &&
        'args' in value.launch.program &&
        typeof value.launch.program.kind === 'string' &&
        value.launch.program.kind === 'script' &&
        typeof value.launch.program.text === 'string' &&
        Array.isArray(value.launch.program.args) &&
        value.launch.program.args.every((unique_1, index) => typeof unique_1 === 'string')) ||
      (typeof value.launch.program === 'object' &&
        value.launch.program !== null &&
        !Array.isArray(value.launch.program) &&
        'kind' in value.launch.program &&
        'program' in value.launch.program &&
        'spec' in value.launch.program &&
        typeof value.launch.program.kind === 'string' &&
        value.launch.program.kind === 'stage' &&
        (value.launch.program.program === 'data_fetch' ||
          value.launch.program.program === 'train' ||
          value.launch.program.program === 'infer' ||
          value.launch.program.program === 'transport' ||
          value.launch.program.program === 'monitor' ||
          value.launch.program.program === 'warehouse_query' ||
          value.launch.program.program === 'dataset_delete') &&
        typeof value.launch.program.spec === 'object' &&
        value.launch.program.spec !== null &&
        !Array.isArray(value.launch.program.spec) &&
        Object.entries(value.launch.program.spec).every(([unique_2, unique_3], _) => !/^.*$/u.test(unique_2) || true))) &&
    typeof value.launch.env === 'object' &&
    value.launch.env !== null &&
    !Array.isArray(value.launch.env) &&
    Object.entries(value.launch.env).every(([unique_4, unique_5], _) => !/^.*$/u.test(unique_4) || typeof unique_5 === 'string') &&
    (typeof value.launch.workdir === 'string' || value.launch.workdir === null) &&
    Number.isInteger(value.launch.cpus) &&
    (!(Number.isFinite(value.launch.cpus) || typeof value.launch.cpus === 'bigint') || value.launch.cpus >= 0) &&
    (Number.isInteger(value.launch.memoryBytes) || value.launch.memoryBytes === null) &&
    Array.isArray(value.launch.gpuIds) &&
    value.launch.gpuIds.every((unique_6, index) => Number.isInteger(unique_6)) &&
    (Number.isInteger(value.launch.timeLimitMs) || value.launch.timeLimitMs === null) &&
    Number.isInteger(value.launch.graceMs) &&
    (!(Number.isFinite(value.launch.graceMs) || typeof value.launch.graceMs === 'bigint') || value.launch.graceMs >= 0) &&
    (value.launch.executor === 'process' || value.launch.executor === 'systemd') &&
    Array.isArray(value.launch.cpuIds) &&
    value.launch.cpuIds.every(
      (unique_7, index) => Number.isInteger(unique_7) && (!(Number.isFinite(unique_7) || typeof unique_7 === 'bigint') || unique_7 >= 0),
    ) &&
    ((Number.isInteger(value.launch.numa) &&
      (!(Number.isFinite(value.launch.numa) || typeof value.launch.numa === 'bigint') || value.launch.numa >= 0)) ||
      value.launch.numa === null) &&
    (typeof value.launch.stdout === 'string' || value.launch.stdout === null) &&
    (typeof value.launch.stderr === 'string' || value.launch.stderr === null) &&
    ((typeof value.launch.array === 'object' &&
      value.launch.array !== null &&
      !Array.isArray(value.launch.array) &&
      'id' in value.launch.array &&
      'index' in value.launch.array &&
      Number.isInteger(value.launch.array.id) &&
      (!(Number.isFinite(value.launch.array.id) || typeof value.launch.array.id === 'bigint') ||
        (value.launch.array.id >= 1 && value.launch.array.id <= 9007199254740991)) &&
      Number.isInteger(value.launch.array.index) &&
      (!(Number.isFinite(value.launch.array.index) || typeof value.launch.array.index === 'bigint') || value.launch.array.index >= 0)) ||
      value.launch.array === null) &&
    typeof value.launch.gang === 'object' &&
    value.launch.gang !== null &&
    !Array.isArray(value.launch.gang) &&
    'rank' in value.launch.gang &&
    'nodes' in value.launch.gang &&
    'masterPort' in value.launch.gang &&
    'tasksPerNode' in value.launch.gang &&
    'cpusPerTask' in value.launch.gang &&
    Number.isInteger(value.launch.gang.rank) &&
    (!(Number.isFinite(value.launch.gang.rank) || typeof value.launch.gang.rank === 'bigint') || value.launch.gang.rank >= 0) &&
    Array.isArray(value.launch.gang.nodes) &&
    value.launch.gang.nodes.every(
      (unique_8, index) =>
        typeof unique_8 === 'object' &&
        unique_8 !== null &&
        !Array.isArray(unique_8) &&
        'name' in unique_8 &&
        'address' in unique_8 &&
        typeof unique_8.name === 'string' &&
        typeof unique_8.address === 'string',
    ) &&
    value.launch.gang.nodes.length >= 1 &&
    Number.isInteger(value.launch.gang.masterPort) &&
    (!(Number.isFinite(value.launch.gang.masterPort) || typeof value.launch.gang.masterPort === 'bigint') ||
      (value.launch.gang.masterPort >= 1024 && value.launch.gang.masterPort <= 65535)) &&
    Number.isInteger(value.launch.gang.tasksPerNode) &&
    (!(Number.isFinite(value.launch.gang.tasksPerNode) || typeof value.launch.gang.tasksPerNode === 'bigint') ||
      value.launch.gang.tasksPerNode >= 1) &&
    Number.isInteger(value.launch.gang.cpusPerTask) &&
    (!(Number.isFinite(value.launch.gang.cpusPerTask) || typeof value.launch.gang.cpusPerTask === 'bigint') ||
      value.launch.gang.cpusPerTask >= 0),
  stop: (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    'type' in value &&
    'jobId' in value &&
    'attempt' in value &&
    'by' in value &&
    'graceMs' in value &&
    'signal' in value &&
    typeof value.type === 'string' &&
    value.type === 'stop' &&
    Number.isInteger(value.jobId) &&
    (!(Number.isFinite(value.jobId) || typeof value.jobId === 'bigint') || (value.jobId >= 1 && value.jobId <= 9007199254740991)) &&
    Number.isInteger(value.attempt) &&
    (!(Number.isFinite(value.attempt) || typeof value.attempt === 'bigint') || value.attempt >= 1) &&
    ((typeof value.by === 'string' && value.by === 'user') ||
      (typeof value.by === 'string' && value.by === 'time_limit') ||
      (typeof value.by === 'string' && value.by === 'superseded') ||
      (typeof value.by === 'string' && value.by === 'preempted') ||
      (typeof value.by === 'string' && value.by === 'gang')) &&
    Number.isInteger(value.graceMs) &&
    (!(Number.isFinite(value.graceMs) || typeof value.graceMs === 'bigint') || value.graceMs >= 0) &&
    (value.signal === 'TERM' || value.signal === 'INT' || value.signal === 'HUP' || value.signal === 'USR1' || value.signal === 'USR2'),
  pause: (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    'type' in value &&
    'jobId' in value &&
    'attempt' in value &&
    typeof value.type === 'string' &&
    value.type === 'pause' &&
    Number.isInteger(value.jobId) &&
    (!(Number.isFinite(value.jobId) || typeof value.jobId === 'bigint') || (value.jobId >= 1 && value.jobId <= 9007199254740991)) &&
    Number.isInteger(value.attempt) &&
    (!(Number.isFinite(value.attempt) || typeof value.attempt === 'bigint') || value.attempt >= 1),
  resume: (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    'type' in value &&
    'jobId' in value &&
    'attempt' in value &&
    typeof value.type === 'string' &&
    value.type === 'resume' &&
    Number.isInteger(value.jobId) &&
    (!(Number.isFinite(value.jobId) || typeof value.jobId === 'bigint') || (value.jobId >= 1 && value.jobId <= 9007199254740991)) &&
    Number.isInteger(value.attempt) &&
    (!(Number.isFinite(value.attempt) || typeof value.attempt === 'bigint') || value.attempt >= 1),
  endedAck: (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    'type' in value &&
    'jobId' in value &&
    'attempt' in value &&
    typeof value.type === 'string' &&
    value.type === 'endedAck' &&
    Number.isInteger(value.jobId) &&
    (!(Number.isFinite(value.jobId) || typeof value.jobId === 'bigint') || (value.jobId >= 1 && value.jobId <= 9007199254740991)) &&
    Number.isInteger(value.attempt) &&
    (!(Number.isFinite(value.attempt) || typeof value.attempt === 'bigint') || value.attempt >= 1),
  eventsAck: (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    'type' in value &&
    'jobId' in value &&
    'attempt' in value &&
    'offset' in value &&
    typeof value.type === 'string' &&
    value.type === 'eventsAck' &&
    Number.isInteger(value.jobId) &&
    (!(Number.isFinite(value.jobId) || typeof value.jobId === 'bigint') || (value.jobId >= 1 && value.jobId <= 9007199254740991)) &&
    Number.isInteger(value.attempt) &&
    (!(Number.isFinite(value.attempt) || typeof value.attempt === 'bigint') || value.attempt >= 1) &&
    Number.isInteger(value.offset) &&
    (!(Number.isFinite(value.offset) || typeof value.offset === 'bigint') || value.offset >= 0),
  readLog: (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    'type' in value &&
    'requestId' in value &&
    'jobId' in value &&
    'attempt' in value &&
    'stream' in value &&
    'offset' in value &&
    'tailLines' in value &&
    'limit' in value &&
    'waitMs' in value &&
    typeof value.type === 'string' &&
    value.type === 'readLog' &&
    Number.isInteger(value.requestId) &&
    (!(Number.isFinite(value.requestId) || typeof value.requestId === 'bigint') ||
      (value.requestId >= 1 && value.requestId <= 9007199254740991)) &&
    Number.isInteger(value.jobId) &&
    (!(Number.isFinite(value.jobId) || typeof value.jobId === 'bigint') || (value.jobId >= 1 && value.jobId <= 9007199254740991)) &&
    Number.isInteger(value.attempt) &&
    (!(Number.isFinite(value.attempt) || typeof value.attempt === 'bigint') || value.attempt >= 1) &&
    ((typeof value.stream === 'string' && value.stream === 'stdout') || (typeof value.stream === 'string' && value.stream === 'stderr')) &&
    Number.isInteger(value.offset) &&
    (!(Number.isFinite(value.offset) || typeof value.offset === 'bigint') || value.offset >= 0) &&
    ((Number.isInteger(value.tailLines) &&
      (!(Number.isFinite(value.tailLines) || typeof value.tailLines === 'bigint') || value.tailLines >= 0)) ||
      value.tailLines === null) &&
    Number.isInteger(value.limit) &&
    (!(Number.isFinite(value.limit) || typeof value.limit === 'bigint') || (value.limit >= 1 && value.limit <= 4194304)) &&
    Number.isInteger(value.waitMs) &&
    (!(Number.isFinite(value.waitMs) || typeof value.waitMs === 'bigint') || (value.waitMs >= 0 && value.waitMs <= 60000)),
  forget: (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    'type' in value &&
    'jobId' in value &&
    typeof value.type === 'string' &&
    value.type === 'forget' &&
    Number.isInteger(value.jobId) &&
    (!(Number.isFinite(value.jobId) || typeof value.jobId === 'bigint') || (value.jobId >= 1 && value.jobId <= 9007199254740991)),
  removed: (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    'type' in value &&
    typeof value.type === 'string' &&
    value.type === 'removed',
};
