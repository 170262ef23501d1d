/** Runs a gateway in a process of its own, by the world's time: forked by `SteeredGateway`. */
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { checkSettings, startGateway } from '@xiaolaba/gateway';
import { errorCode, errorText } from '@xiaolaba/protocol';
import { pino } from 'pino';
import type { Answer, Order, Request, Standing, Started, StartOrder } from './messages.js';
import { SteeredClock } from './steered-clock.js';

/** How often jobs look whether they are due, milliseconds of the world's time. */
const jobsEveryMs = 300_000;

type Gateway = Awaited<ReturnType<typeof startGateway>>;

interface Running {
  readonly gateway: Gateway;
  readonly clock: SteeredClock;
}

let running: Running | undefined;
/** Broker connections, counted beneath the broker: its own view of them comes later. */
const open = new Set<Socket>();

subscribe('net.server.socket', (message) => {
  const { socket } = message as { socket: Socket };
  if (socket.localPort !== running?.gateway.mqttPort) return;
  open.add(socket);
  socket.once('close', () => open.delete(socket));
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

function standing({ gateway, clock }: Running): Standing {
  return { ...gateway.counters(), next: clock.next() };
}

async function start({ at, settings, dataDirectory, consoleDirectory }: StartOrder): Promise<Started> {
  const clock = new SteeredClock(at);
  const log = pino({ level: process.env.XIAOLABA_LOG ?? 'silent' }, pino.destination(2));
  const gateway = await startGateway(checkSettings(dataDirectory, settings, 'simulator'), {
    clock,
    // Whoever watches lives slower than the world does: a session must outlast a minute of theirs.
    peopleNow: Date.now,
    log,
    jobs: 'by-caller',
    ...(consoleDirectory === undefined ? {} : { consoleDirectory }),
  });
  running = { gateway, clock };
  const jobs = (): void => {
    void gateway.runJobs();
    clock.after(jobsEveryMs, jobs);
  };
  clock.after(jobsEveryMs, jobs);
  await gateway.settled();
  const { url, mqttPort, token, firstLogin } = gateway;
  return { ...standing(running), url, mqttPort, token, ...(firstLogin === undefined ? {} : { firstLogin }) };
}

async function advance(to: number): Promise<Standing> {
  const present = needRunning();
  present.clock.advance(to);
  return standing(present);
}

async function settle(handled: number, connections: number): Promise<Standing> {
  const present = needRunning();
  const { gateway } = present;
  for (let turns = 0; ; turns++) {
    if (gateway.counters().handled >= handled && open.size === connections) {
      await gateway.settled();
      // What has just settled may have made more to do.
      if (gateway.counters().handled >= handled && open.size === connections) return standing(present);
    }
    await (turns < 2000 ? turn() : moment());
  }
}

function needRunning(): Running {
  if (!running) throw new Error('the gateway has not been started');
  return running;
}

async function obey(order: Order): Promise<Standing | Started> {
  switch (order.kind) {
    case 'start':
      return await start(order);
    case 'advance':
      return await advance(order.to);
    case 'settle':
      return await settle(order.handled, order.connections);
    case 'stop': {
      const present = needRunning();
      await present.gateway.stop();
      return standing(present);
    }
  }
}

function answer(message: Answer): void {
  process.send?.(message);
}

process.on('message', (request: Request) => {
  const { id } = request;
  obey(request)
    .then((result) => answer({ id, ok: true, standing: result }))
    .catch((error: unknown) => answer({ id, ok: false, code: errorCode(error), message: errorText(error) }))
    .finally(() => {
      if (request.kind === 'stop') process.disconnect();
    });
});

// The world is gone: nobody is left to tell the time.
process.on('disconnect', () => process.exit(0));
