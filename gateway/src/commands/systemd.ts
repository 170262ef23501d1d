import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';

export interface UnitOptions {
  readonly data: string;
  /** Where it is not `gateway.yaml` in the data directory. */
  readonly config?: string | undefined;
  /** Paths of the Node binary and of the program that it runs; a link is followed, for npx makes one in its cache. */
  readonly node: string;
  readonly program: string;
}

/** `%` begins a specifier, blanks part the words (systemd.unit(5)). */
const path = (text: string): string => {
  const escaped = text.replaceAll('%', '%%');
  return /[\s"'\\;]/.test(escaped) ? `"${escaped.replace(/["\\]/g, '\\$&')}"` : escaped;
};
/** In ExecStart `$` begins a variable besides (systemd.service(5)). */
const argument = (text: string): string => path(text).replaceAll('$', '$$$$');

const following = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
};

/** A unit that restarts the gateway, lets it finish when stopped, and shuts it off from what it doesn't need. */
export function systemdUnit({ data, config, node, program }: UnitOptions): string {
  const directory = resolve(data);
  const command = [
    following(node),
    following(program),
    'gateway',
    '--data',
    directory,
    ...(config === undefined ? [] : ['--config', resolve(config)]),
  ];
  return `[Unit]
Description=Xiaolaba 小喇叭 gateway
After=network-online.target
Wants=network-online.target

[Service]
Type=exec
ExecStart=${command.map(argument).join(' ')}
# A service installs and builds nothing: run "npx xiaolaba help" once after an update.
Environment=NODE_ENV=production XIAOLABA_SETUP=off
Restart=always
RestartSec=2
TimeoutStopSec=30
KillSignal=SIGTERM
User=xiaolaba
Group=xiaolaba
LimitNOFILE=65536
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
ReadWritePaths=${path(directory)}
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
UMask=0077

[Install]
WantedBy=multi-user.target
`;
}
