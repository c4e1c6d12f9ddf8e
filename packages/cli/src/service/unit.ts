import { join } from 'node:path';

/** A process of Weir that a service manager starts. */
export type Part = 'host' | 'runner';

export interface UnitPlace {
  readonly user: string;
  readonly home: string;
  /** The `weir` of this checkout. */
  readonly launcher: string;
  /** Both are on this machine. */
  readonly beside: boolean;
}

/** File name of a part's unit. */
export function unitName(part: Part): string {
  return `weir-${part}.service`;
}

/** A systemd unit (systemd.service(5), systemd.exec(5)). What jobs inherit from the runner is left as it is. */
export function renderUnit(part: Part, place: UnitPlace): string {
  const after = part === 'runner' && place.beside ? ' weir-host.service' : '';
  return `[Unit]
Description=Weir ${part}
After=network-online.target${after}
Wants=network-online.target

[Service]
Type=simple
User=${place.user}
Environment=${quote(`WEIR_HOME=${place.home}`)}
EnvironmentFile=-${escape(join(place.home, 'weir.env'))}
WorkingDirectory=-${escape(place.home)}
ExecStart=${quote(place.launcher)} ${part}
Restart=on-failure
RestartSec=5
KillMode=process
${part === 'host' ? hostLines(place) : RUNNER_LINES}
[Install]
WantedBy=multi-user.target
`;
}

/** The host needs its home and the network, nothing else. */
function hostLines(place: UnitPlace): string {
  return `LimitNOFILE=65536
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=-${quote(place.home)}
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
`;
}

/**
 * Jobs outlive a restart of the runner (KillMode), have control groups of their own (Delegate), and one that runs out of memory does not
 * take the runner with it (OOMPolicy). No sandbox: it would be the jobs' sandbox.
 */
const RUNNER_LINES = `Delegate=yes
OOMPolicy=continue
TasksMax=infinity
LimitNOFILE=1048576
LimitMEMLOCK=infinity
`;

/** A word of a unit file: quoted, without specifiers. */
function quote(word: string): string {
  const escaped = escape(word).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return /[\s"'\\]/.test(word) ? `"${escaped}"` : escaped;
}

function escape(text: string): string {
  return text.replaceAll('%', '%%');
}
