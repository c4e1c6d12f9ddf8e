import { join } from 'node:path';
import { writeFileAtomic } from '@weir/runtime';
import type { MergedConfig } from './merge.ts';
import { writeYaml } from './yaml-writer.ts';

/** Writes the two files that FuxiCTR's `load_config(directory, modelId)` reads back as the same parameters. */
export function writeConfigFiles(directory: string, datasetId: string, config: MergedConfig): void {
  writeFileAtomic(join(directory, 'model_config.yaml'), writeYaml({ Base: {}, [config.modelId]: config.modelParams }));
  writeFileAtomic(join(directory, 'dataset_config.yaml'), writeYaml({ [datasetId]: config.datasetParams }));
}
