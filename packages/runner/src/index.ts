export { readRunnerConfig, type RunnerConfig } from './config.ts';
export { startRunner, type Runner } from './start-runner.ts';
