import type { HostConfig } from '../../src/config.ts';
import { eventually } from '../eventually.ts';
import { newClusterStore } from '../servers/file-servers.ts';
import { TestHost } from '../test-host.ts';

/** Two hosts on one PostgreSQL and one Redis; the first leads. */
export class TwoHosts {
  readonly leader: TestHost;
  readonly standby: TestHost;
  readonly storeUrl: string;

  private constructor(leader: TestHost, standby: TestHost, storeUrl: string) {
    this.leader = leader;
    this.standby = standby;
    this.storeUrl = storeUrl;
  }

  static async start(config: Partial<HostConfig> = {}): Promise<TwoHosts> {
    const place = await newClusterStore();
    const leader = await TestHost.start({ ...place, ...config });
    await eventually(() => leader.running.services.cluster.leadership.isLeader);
    const standby = await TestHost.start({ ...place, ...config, localNode: 'there' });
    return new TwoHosts(leader, standby, place.storeUrl);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.standby[Symbol.asyncDispose]();
    await this.leader[Symbol.asyncDispose]();
  }
}
