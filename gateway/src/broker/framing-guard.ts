import type { Duplex } from 'node:stream';
import { judgeConnect } from './connect-packet.js';
import { FrameScanner, packetType } from './frame-scanner.js';
import type { BrokerLimits } from './limits.js';

export interface GuardListener {
  /** The connection broke a rule and is being closed. */
  refused(code: string): void;
  /** A whole and acceptable CONNECT goes to the engine. */
  connectReceived(): void;
  bytesIn(count: number): void;
  bytesOut(count: number): void;
  /** A PUBLISH was written to the socket. */
  published(qos: number): void;
  acknowledged(): void;
}

type Stage = 'connect' | 'login' | 'open' | 'closed';

/**
 * Stands between a socket and the engine and lets through only what is framed within bounds.
 *
 * It works inside the socket's own `read` and `write`, because the engine pulls with `read()` and a second stream in
 * between would cost about a third of the throughput. Nothing reaches the engine's parser but through `read()`.
 */
export class FramingGuard {
  #stage: Stage = 'connect';
  #held: Buffer | undefined;
  readonly #read: (size?: number) => unknown;
  readonly #incoming: FrameScanner;
  readonly #outgoing: FrameScanner;

  constructor(
    private readonly conn: Duplex,
    private readonly limits: BrokerLimits,
    private readonly listener: GuardListener,
  ) {
    this.#incoming = new FrameScanner((type, _flags, length) => this.#judgeHeader(type, length));
    this.#outgoing = new FrameScanner((type, flags) => {
      if (type === packetType.publish) listener.published((flags >> 1) & 3);
      return undefined;
    });
    this.#read = conn.read.bind(conn);
    // A size means that the stream machinery itself is asking, and it asks for 0 to fill its buffer.
    conn.read = (size?: number | null) => (typeof size === 'number' ? this.#read(size) : this.#take());
    this.#watchWrites();
  }

  /** The log-in succeeded: what the client sent after its CONNECT may pass. */
  open(): void {
    if (this.#stage === 'login') this.#stage = 'open';
  }

  /** Lets nothing more through; what is already with the engine goes on. */
  hold(): void {
    this.#stage = 'closed';
  }

  #take(): Buffer | null {
    // While the log-in is under way the rest waits in the socket, so a stranger never has more than one CONNECT here.
    if (this.#stage === 'login' || this.#stage === 'closed') return null;
    const fresh = this.#read() as Buffer | null;
    if (fresh !== null) this.listener.bytesIn(fresh.length);
    const held = this.#held;
    this.#held = undefined;
    const chunk = held === undefined ? fresh : fresh === null ? held : Buffer.concat([held, fresh]);
    if (chunk === null) return null;
    if (this.#stage === 'connect') return this.#takeConnect(chunk);
    const fault = this.#incoming.scan(chunk);
    if (fault === undefined) return chunk;
    this.#refuse(fault);
    return null;
  }

  #takeConnect(bytes: Buffer): Buffer | null {
    const verdict = judgeConnect(bytes, this.limits.connectBytes);
    switch (verdict.kind) {
      case 'incomplete':
        this.#held = bytes;
        return null;
      case 'fault':
        this.#refuse(verdict.code);
        return null;
      case 'refuse':
        this.#refuse(verdict.code, verdict.returnCode);
        return null;
      case 'connect':
        this.#stage = 'login';
        if (bytes.length > verdict.size) this.#held = bytes.subarray(verdict.size);
        this.listener.connectReceived();
        return bytes.subarray(0, verdict.size);
    }
  }

  #judgeHeader(type: number, length: number): string | undefined {
    switch (type) {
      case packetType.publish:
        return length > this.limits.packetBytes ? 'packet-too-large' : undefined;
      case packetType.puback:
        if (length === 2) this.listener.acknowledged();
        return length === 2 ? undefined : 'malformed-packet';
      case packetType.pubrec:
      case packetType.pubrel:
      case packetType.pubcomp:
        return length === 2 ? undefined : 'malformed-packet';
      case packetType.subscribe:
      case packetType.unsubscribe:
        return length > this.limits.subscribeBytes ? 'packet-too-large' : undefined;
      case packetType.pingreq:
      case packetType.disconnect:
        return length === 0 ? undefined : 'malformed-packet';
      default:
        return 'unexpected-packet';
    }
  }

  #refuse(code: string, returnCode?: number): void {
    this.#stage = 'closed';
    this.listener.refused(code);
    if (returnCode === undefined) this.conn.destroy();
    else this.conn.end(Buffer.from([0x20, 2, 0, returnCode]), () => this.conn.destroy());
  }

  #watchWrites(): void {
    const { conn } = this;
    const write: Duplex['write'] = conn.write.bind(conn);
    const watch = (chunk: Buffer | string, encoding?: unknown, done?: unknown): boolean => {
      const bytes =
        typeof chunk === 'string'
          ? Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
          : chunk;
      this.listener.bytesOut(bytes.length);
      this.#outgoing.scan(bytes);
      const callback = typeof encoding === 'function' ? encoding : done;
      return typeof callback === 'function' ? write(bytes, callback as (error?: Error | null) => void) : write(bytes);
    };
    conn.write = watch;
  }
}
