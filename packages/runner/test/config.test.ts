import { expect, test } from 'vitest';
import { readRunnerConfig } from '../src/index.ts';

test('every variable has its field', () => {
  const config = readRunnerConfig({
    WEIR_HOME: '/srv/weir',
    WEIR_LOG_LEVEL: 'debug',
    WEIR_NODE_NAME: 'gpu-1',
    WEIR_HOST_URL: 'https://weir.example',
    WEIR_NODE_TOKEN_FILE: '/etc/weir/token',
    WEIR_CPUS: '64',
    WEIR_STAGES_MAIN: '/opt/stages/main.ts',
    WEIR_ENGINE_PYTHON: '/opt/python',
    FUXICTR_ROOT: '/opt/fuxictr',
    WEIR_DATA_ROOTS: '/data:/mnt',
    NODE_COMPILE_CACHE: '/cache',
    LANG: 'de_DE.UTF-8',
    PATH: '/bin',
    SECRET: 'x',
  });
  expect(config).toEqual({
    home: '/srv/weir',
    logLevel: 'debug',
    nodeName: 'gpu-1',
    hostUrl: 'https://weir.example',
    nodeTokenFile: '/etc/weir/token',
    cpus: 64,
    stagesMain: '/opt/stages/main.ts',
    stageEnvironment: {
      WEIR_HOME: '/srv/weir',
      WEIR_ENGINE_PYTHON: '/opt/python',
      FUXICTR_ROOT: '/opt/fuxictr',
      WEIR_DATA_ROOTS: '/data:/mnt',
      NODE_COMPILE_CACHE: '/cache',
    },
    inheritedEnvironment: { LANG: 'de_DE.UTF-8' },
    searchPath: '/bin',
  });
});

test('empty variables count as unset', () => {
  const config = readRunnerConfig({ WEIR_HOME: '/srv/weir', WEIR_NODE_NAME: '', WEIR_HOST_URL: '', WEIR_STAGES_MAIN: '' });
  expect([config.nodeName, config.hostUrl, config.stagesMain, config.nodeTokenFile]).toEqual([
    null,
    null,
    null,
    '/srv/weir/run/node-token',
  ]);
});

test.each(['0', '1.5', 'many', '-1', '65537'])('WEIR_CPUS=%s is refused by name', (cpus) => {
  expect(() => readRunnerConfig({ WEIR_CPUS: cpus })).toThrow(/^WEIR_CPUS=.* must be a whole number/);
});
