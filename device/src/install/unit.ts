import { nodeFlags } from './node-flags.js';

/** What the unit needs to know; all paths absolute. */
export interface UnitParts {
  readonly device: string;
  readonly user: string;
  readonly config: string;
  readonly data: string;
  /** Paths of the Node binary and of the program that it runs. */
  readonly node: string;
  readonly program: string;
  readonly sound: boolean;
  readonly serial: boolean;
  /** Something that the service must read is in a home directory. */
  readonly homes: boolean;
}

/** `%` begins a specifier, blanks part the words (systemd.unit(5)). */
const path = (text: string): string => {
  const escaped = text.replaceAll('%', '%%');
  return /[\s"'\\;]/.test(escaped) ? `"${escaped.replace(/["\\]/g, '\\$&')}"` : escaped;
};
/** In ExecStart `$` begins a variable besides (systemd.service(5)). */
const argument = (text: string): string => path(text).replaceAll('$', '$$$$');

/**
 * A unit (systemd.service(5), systemd.exec(5)) under which a device starts with or without a network, comes back
 * whatever ends it, is restarted when it is stuck, and reaches nothing that it doesn't need.
 */
export function deviceUnit({ device, user, config, data, node, program, sound, serial, homes }: UnitParts): string {
  const command = [node, ...nodeFlags, program, 'device', '--config', config];
  const groups = [...(serial ? ['dialout'] : []), ...(sound ? ['audio'] : [])];
  const devices = [
    ...(serial ? ['char-ttyS', 'char-ttyUSB', 'char-ttyACM', 'char-ttyAMA'] : []),
    ...(sound ? ['char-alsa'] : []),
  ];
  return `[Unit]
Description=Xiaolaba 小喇叭 device ${device.replaceAll('%', '%%')}
# Only an order, no requirement: without a link it plays what it holds. Nor does it wait for time-sync.target, which is
# never reached without a link; the device judges its clock itself.
After=network-online.target time-set.target sound.target
StartLimitIntervalSec=0

[Service]
Type=notify
# systemd-notify is a process of its own.
NotifyAccess=all
WatchdogSec=120
TimeoutStartSec=120
TimeoutStopSec=30
ExecStart=${command.map(argument).join(' ')}
# A service installs and builds nothing: run "npx xiaolaba help" once after an update.
Environment=NODE_ENV=production XIAOLABA_SETUP=off
Restart=always
RestartSec=5
# From systemd 254 on: ever longer pauses, up to five minutes.
RestartSteps=8
RestartMaxDelaySec=300
User=${user}
${groups.length > 0 ? `SupplementaryGroups=${groups.join(' ')}\n` : ''}UMask=0077

# Its data folder is all that it may write.
ProtectSystem=strict
ReadWritePaths=${path(data)}
ProtectHome=${homes ? 'read-only' : 'yes'}
PrivateTmp=yes
DevicePolicy=closed
${devices.map((name) => `DeviceAllow=${name} rw\n`).join('')}${devices.length === 0 ? 'PrivateDevices=yes\n' : ''}
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

MemoryMax=200M
TasksMax=64
LogRateLimitIntervalSec=30s
LogRateLimitBurst=200

[Install]
WantedBy=multi-user.target
`;
}
