/**
 * A client of ZeroMQ's wire protocol, ZMTP 3.0 with the NULL mechanism (https://rfc.zeromq.org/spec/23/),
 * as much of it as a Jupyter client needs: DEALER and SUB sockets that connect over TCP.
 * @module
 */
import { concat } from "lib/concat.ts";

/** The frames of one message. */
export type Frames = readonly Uint8Array[];

const MORE = 1;
const LONG = 2;
const COMMAND = 4;

const GREETING_LENGTH = 64;

function greeting(): Uint8Array {
  const bytes = new Uint8Array(GREETING_LENGTH);
  bytes[0] = 0xff;
  bytes[9] = 0x7f;
  bytes[10] = 3;
  bytes.set(new TextEncoder().encode("NULL"), 12);
  return bytes;
}

function readyCommand(socketType: string): Uint8Array {
  const encoder = new TextEncoder();
  const name = encoder.encode("READY");
  const key = encoder.encode("Socket-Type");
  const value = encoder.encode(socketType);
  const body = new Uint8Array(1 + name.length + 1 + key.length + 4 + value.length);
  let at = 0;
  body[at++] = name.length;
  body.set(name, at);
  at += name.length;
  body[at++] = key.length;
  body.set(key, at);
  at += key.length;
  new DataView(body.buffer).setUint32(at, value.length);
  body.set(value, at + 4);
  return frame(body, COMMAND);
}

function frame(body: Uint8Array, flags: number): Uint8Array {
  const long = body.length > 255;
  const header = new Uint8Array(long ? 9 : 2);
  header[0] = flags | (long ? LONG : 0);
  if (long) new DataView(header.buffer).setBigUint64(1, BigInt(body.length));
  else header[1] = body.length;
  const bytes = new Uint8Array(header.length + body.length);
  bytes.set(header);
  bytes.set(body, header.length);
  return bytes;
}

/** One connected socket. Messages come in the order in which they were sent. */
export class ZmtpSocket {
  readonly #connection: Deno.TcpConn;
  readonly #buffer = new Uint8Array(1 << 16);
  #start = 0;
  #end = 0;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /**
   * Connects to a port of this machine and shakes hands.
   *
   * Rejects with a `Deno.errors` error if nothing listens there.
   */
  static async connect(socketType: "DEALER" | "SUB", port: number): Promise<ZmtpSocket> {
    const socket = new ZmtpSocket(await Deno.connect({ hostname: "127.0.0.1", port }));
    try {
      socket.#connection.setNoDelay(true);
      await socket.#write(greeting());
      const peer = await socket.#read(GREETING_LENGTH);
      if (peer?.[0] !== 0xff || (peer[10] ?? 0) < 3) {
        throw new Error(`Port ${port} does not speak ZMTP 3.`);
      }
      await socket.#write(readyCommand(socketType));
      const ready = await socket.#readFrame();
      if (ready === undefined || !(ready.flags & COMMAND)) {
        throw new Error(`Port ${port} refused a ${socketType} socket.`);
      }
      // A subscription to everything is a message of one byte in ZMTP 3.0.
      if (socketType === "SUB") await socket.send([new Uint8Array([1])]);
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** Sends a message. */
  async send(frames: Frames): Promise<void> {
    const parts = frames.map((body, i) => frame(body, i < frames.length - 1 ? MORE : 0));
    await this.#write(concat(Uint8Array, parts));
  }

  /** The next message, or `undefined` when the connection has ended. */
  async receive(): Promise<Frames | undefined> {
    const frames: Uint8Array[] = [];
    while (true) {
      const next = await this.#readFrame();
      if (next === undefined) return undefined;
      if (next.flags & COMMAND) continue;
      frames.push(next.body);
      if (!(next.flags & MORE)) return frames;
    }
  }

  /** Ends the connection; a waiting `receive` gives `undefined`. */
  close(): void {
    try {
      this.#connection.close();
    } catch {
      // It is closed already.
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await this.#connection.write(bytes.subarray(at));
    }
  }

  async #readFrame(): Promise<{ flags: number; body: Uint8Array } | undefined> {
    const flags = (await this.#read(1))?.[0];
    if (flags === undefined) return undefined;
    const size = await this.#read(flags & LONG ? 8 : 1);
    if (size === undefined) return undefined;
    const length = flags & LONG
      ? Number(new DataView(size.buffer, size.byteOffset).getBigUint64(0))
      : size[0]!;
    const body = await this.#read(length);
    return body && { flags, body };
  }

  /** Exactly `length` bytes, or `undefined` when the connection ends before. */
  async #read(length: number): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      if (this.#start === this.#end) {
        let count: number | null;
        try {
          count = await this.#connection.read(this.#buffer);
        } catch {
          // Closed on this side, or reset by the other.
          return undefined;
        }
        if (count === null) return undefined;
        this.#start = 0;
        this.#end = count;
      }
      const part = this.#buffer.subarray(
        this.#start,
        Math.min(this.#end, this.#start + length - filled),
      );
      bytes.set(part, filled);
      filled += part.length;
      this.#start += part.length;
    }
    return bytes;
  }
}
