import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { Admission, Ticket } from './admission.js';
import type { BrokerLimits } from './limits.js';
import type { BrokerSettings } from './types.js';

/** A connection that the caps let in, whatever carried it. */
export type Accept = (conn: Duplex, ticket: Ticket) => void;

export interface Listeners {
  readonly port: number;
  readonly webSocketPort?: number;
  readonly tlsPort?: number;
  /** Stops accepting; connections that are open stay. */
  stop(): void;
  /** Closes what has not become an MQTT connection, and resolves when no socket is left. */
  close(): Promise<void>;
}

const keepAliveMs = 60_000;

export async function startListeners(
  settings: BrokerSettings,
  limits: BrokerLimits,
  admission: Admission,
  accept: Accept,
): Promise<Listeners> {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  /** By peer, because a TLS socket and an upgraded one are other objects than the one that was admitted. */
  const tickets = new Map<string, Ticket>();
  const peer = (socket: Socket) => `${socket.remoteAddress}|${socket.remotePort}|${socket.localPort}`;

  const admit = (socket: Socket): Ticket | undefined => {
    socket.on('error', () => socket.destroy());
    const ticket = socket.remoteAddress === undefined ? undefined : admission.admit(socket.remoteAddress, socket);
    if (ticket === undefined) {
      socket.destroy();
      return;
    }
    const key = peer(socket);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMs);
    sockets.add(socket);
    tickets.set(key, ticket);
    socket.once('close', () => {
      sockets.delete(socket);
      tickets.delete(key);
      ticket.release();
    });
    return ticket;
  };
  const enter = (socket: Socket, conn: Duplex) => {
    const ticket = tickets.get(peer(socket));
    if (ticket === undefined) conn.destroy();
    else accept(conn, ticket);
  };
  const listen = async (server: Server, port: number): Promise<number> => {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: settings.host, backlog: 4_096 }, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
    server.on('error', () => undefined);
    servers.push(server);
    return (server.address() as AddressInfo).port;
  };
  let ended: Promise<unknown> | undefined;
  const stop = () => {
    ended ??= Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  };
  const close = async () => {
    stop();
    for (const socket of sockets) socket.destroy();
    await ended;
  };

  try {
    const tcp = createServer((socket) => {
      const ticket = admit(socket);
      if (ticket !== undefined) accept(socket, ticket);
    });
    const port = await listen(tcp, settings.port);

    let tlsPort: number | undefined;
    if (settings.tls !== undefined) {
      const { cert, key } = settings.tls;
      const tls = createTlsServer({ cert, key, minVersion: 'TLSv1.2', handshakeTimeout: limits.connectMs }, (socket) =>
        enter(socket, socket),
      );
      tls.on('connection', admit);
      tls.on('tlsClientError', (_error, socket) => socket.destroy());
      tlsPort = await listen(tls, settings.tls.port);
    }

    let webSocketPort: number | undefined;
    if (settings.webSocketPort !== undefined) {
      const server = webSocketServer(limits, enter);
      server.on('connection', admit);
      webSocketPort = await listen(server, settings.webSocketPort);
    }
    return {
      port,
      ...(webSocketPort === undefined ? {} : { webSocketPort }),
      ...(tlsPort === undefined ? {} : { tlsPort }),
      stop,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function webSocketServer(limits: BrokerLimits, enter: (socket: Socket, conn: Duplex) => void): Server {
  const http = createHttpServer(
    { headersTimeout: limits.connectMs, requestTimeout: limits.connectMs, maxHeaderSize: 8_192 },
    (_request, response) => {
      response.writeHead(426, { connection: 'close' });
      response.end();
    },
  );
  const upgrades = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.packetBytes + 16,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  });
  http.on('upgrade', (request, socket, head) => {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (request.url?.split('?')[0] !== '/mqtt' || !offered.includes('mqtt')) {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      return;
    }
    upgrades.handleUpgrade(request, socket, head, (webSocket) => {
      // MQTT 3.1.1, 6: control packets travel in binary frames only. This listener comes before the stream's own.
      webSocket.on('message', (_data, isBinary) => {
        if (!isBinary) conn.destroy();
      });
      const conn = createWebSocketStream(webSocket);
      enter(request.socket, conn);
    });
  });
  return http;
}
