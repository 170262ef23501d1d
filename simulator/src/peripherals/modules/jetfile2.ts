import { type JetFileFrame, jetFile2Codec, jetFileSpeeds, type Segment } from '@xiaolaba/device/peripherals';
import type { SignScene, SignTwin } from './module-twin.js';
import { SignBody, type SignTwinOptions } from './sign-body.js';
import { isDark, stripOf } from './sign-strip.js';

export interface JetFile2TwinOptions extends SignTwinOptions {
  readonly address?: string;
  /** Some signs, and one-way cables, never answer. */
  readonly isMute?: boolean;
}

type WriteText = Extract<JetFileFrame, { readonly kind: 'write-text' }>;

const everySign = '00';
const colours: Readonly<Record<string, SignScene['colour']>> = { 1: 'red', 2: 'green', 3: 'yellow' };
/** How long a page stays where the text does not say. */
const stayMs = 3_000;
const usualSpeed = '3';

/** A JetFile II sign that takes the text form of the protocol. It shows what was written last. */
export class JetFile2Twin implements SignTwin {
  readonly protocol = 'jetfile2';
  readonly #body: SignBody;
  readonly #decoder = jetFile2Codec.decoder();
  /** Text that was written to the flash: it comes back when the sign starts. */
  #kept: readonly Segment[] | undefined;
  /** Writes to the flash, which bears some ten thousand of them. */
  #flashWrites = 0;

  constructor(private readonly options: JetFile2TwinOptions) {
    this.#body = new SignBody(options, {
      received: (bytes) => this.#received(bytes),
      forget: () => this.#decoder.reset(),
      started: () => this.#body.show(this.#kept && this.#sceneOf(this.#kept)),
    });
  }

  get scene(): SignScene | undefined {
    return this.#body.scene;
  }
  get flashWrites(): number {
    return this.#flashWrites;
  }
  onScene(call: (scene: SignScene | undefined) => void): void {
    this.#body.onScene(call);
  }
  onSend(call: (bytes: Uint8Array) => void): void {
    this.#body.onSend(call);
  }
  setPowered(on: boolean): void {
    this.#body.setPowered(on);
  }
  receive(bytes: Uint8Array): void {
    this.#body.receive(bytes);
  }
  /** Takes bytes and answers nothing, and goes on showing what it shows. */
  hang(): void {
    this.#body.hang();
  }
  recover(): void {
    this.#body.recover();
  }

  #received(bytes: Uint8Array): void {
    for (const frame of this.#decoder.push(bytes).frames) {
      if (frame.kind !== 'write-text') continue;
      if (frame.address !== everySign && frame.address !== (this.options.address ?? '01')) continue;
      this.#write(frame);
      const asksForAnswer = frame.ending.form === 'checked' || frame.ending.answer;
      if (asksForAnswer && !this.options.isMute) this.#body.reply(jetFile2Codec.encode({ kind: 'ok' }));
    }
  }

  #write({ file, segments }: WriteText): void {
    if ('label' in file || file.drive !== 'E') {
      this.#kept = segments;
      this.#flashWrites++;
    }
    this.#body.show(this.#sceneOf(segments));
  }

  #sceneOf(segments: readonly Segment[]): SignScene | undefined {
    const { columns, rows, glyphs, colour, clock } = this.options;
    const lines = linesOf(segments);
    const strip = stripOf(lines, glyphs);
    if (isDark(strip)) return undefined;
    const moves = segments.some((segment) => segment.type === 'effect' && isLeft(segment));
    const pages = segments.some(({ type }) => type === 'frame');
    return {
      columns,
      rows,
      colour: colours[codeOf(segments, 'colour') ?? ''] ?? colour ?? 'red',
      brightness: 1,
      text: lines.join('\n'),
      strip,
      motion: moves ? 'left' : pages ? 'up' : 'static',
      dotsPerSecond: jetFileSpeeds[Number(codeOf(segments, 'speed') ?? usualSpeed)] ?? 0,
      stayMs,
      since: clock.monotonic(),
    };
  }
}

const isLeft = (effect: { readonly phase: 'in' | 'out'; readonly code: string }): boolean =>
  effect.phase === 'in' && effect.code === '1';

const codeOf = (segments: readonly Segment[], type: 'colour' | 'speed'): string | undefined => {
  const found = segments.find((segment) => segment.type === type);
  return found && 'code' in found ? found.code : undefined;
};

/** Lines and frames one below the other. */
function linesOf(segments: readonly Segment[]): string[] {
  const lines = [''];
  for (const segment of segments)
    if (segment.type === 'text') lines.push(`${lines.pop() ?? ''}${segment.text}`);
    else if (segment.type === 'new-line' || segment.type === 'frame') lines.push('');
  return lines;
}
