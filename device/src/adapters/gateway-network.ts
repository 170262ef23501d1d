import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { Network } from '../ports/index.js';

export interface GatewayAddress {
  /** `http://` or `https://`. */
  readonly http: string;
  /** `mqtt://` or `mqtts://`. */
  readonly mqtt: string;
  /** Certificates to trust for MQTT beside the system's, PEM. */
  readonly ca?: string;
}

const defaultPorts: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883 };

/** The real way to a gateway: TCP or TLS, and HTTP. */
export class GatewayNetwork implements Network {
  constructor(private readonly address: GatewayAddress) {}

  openBroker(): Duplex {
    const { protocol, hostname, port: given } = new URL(this.address.mqtt);
    const port = given ? Number(given) : (defaultPorts[protocol] ?? 1883);
    // An IPv6 address comes in brackets.
    const host = hostname.replace(/^\[|\]$/g, '');
    if (protocol !== 'mqtts:') return connectTcp({ host, port, noDelay: true });
    const { ca } = this.address;
    return connectTls({ host, port, servername: host, minVersion: 'TLSv1.2', ...(ca ? { ca } : {}) });
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    // A gateway that sends a device elsewhere is not followed: it takes files from nobody else.
    return fetch(new URL(path, this.address.http), { ...init, redirect: 'error' });
  }
}
