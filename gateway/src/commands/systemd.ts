import { resolve } from 'node:path';

/** A unit that restarts the gateway, lets it finish when stopped, and shuts it off from what it doesn't need. */
export function systemdUnit(data: string, node: string, program: string): string {
  const directory = resolve(data);
  return `[Unit]
Description=Xiaolaba 小喇叭 gateway
After=network-online.target
Wants=network-online.target

[Service]
Type=exec
ExecStart=${node} ${resolve(program)} gateway --data ${directory}
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
ReadWritePaths=${directory}
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
