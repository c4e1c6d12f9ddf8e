export { datasetPaths, type DatasetPaths } from './dataset-paths.ts';
export { mergeConfig, type MergedConfig } from './experiments/merge.ts';
export { writeYaml } from './experiments/yaml-writer.ts';
export { PROGRAMS } from './programs.ts';
