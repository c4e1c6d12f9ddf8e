import { AppError, type WarehouseConfig } from '@weir/contract';

/** The warehouses that this host knows. */
export class WarehouseRegistry {
  readonly #warehouses: readonly WarehouseConfig[];

  constructor(warehouses: readonly WarehouseConfig[]) {
    this.#warehouses = warehouses;
  }

  list(): { name: string; kind: string }[] {
    return this.#warehouses.map(({ name, kind }) => ({ name, kind }));
  }

  /** Throws `warehouse_unknown` naming the known ones. */
  require(name: string): WarehouseConfig {
    const found = this.#warehouses.find((warehouse) => warehouse.name === name);
    if (found === undefined) {
      const known = this.#warehouses.map((warehouse) => warehouse.name).join(', ');
      throw new AppError('warehouse_unknown', `there is no warehouse "${name}"; known: ${known}`, { field: 'warehouse', value: name });
    }
    return found;
  }
}

/** The embedded warehouse that every Weir home has. */
export const LOCAL_WAREHOUSE: WarehouseConfig = { name: 'local', kind: 'duckdb', path: 'warehouse/local.duckdb' };
