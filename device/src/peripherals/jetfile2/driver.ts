/**
 * JetFile II signs in the text form of the protocol. Text goes to the RAM drive, which spares the flash, in the form
 * that ends in ETX, to which the sign answers OK.
 */
import { XiaolabaError } from '@xiaolaba/protocol';
import type { SignConfig } from '../../config/config.js';
import type { DriverParts, Finding, SignDriver } from '../driver.js';
import { Dialogue } from '../sign/dialogue.js';
import { dotsAcross, legibleSpeed } from '../sign/legibility.js';
import type { Picture, SignCard } from '../sign/sign-card.js';
import { SignKeeper } from '../sign/sign-keeper.js';
import { jetFileLines } from '../sign-text/sign-text.js';
import { codec, type JetFileFrame, type Segment } from './codec.js';
import { jetFileSpeeds } from './speed.js';

/** `unicode` means GBK here: the protocol carries no more. */
export type JetFile2Options = Omit<Extract<SignConfig, { kind: 'jetfile2' }>, 'kind' | 'port'>;

export function openJetFile2(parts: DriverParts, options: JetFile2Options): SignDriver {
  return new SignKeeper(parts, new JetFileSign(parts, options));
}

/** Of the 1024 that a frame takes; the rest is for control codes. */
const mostTextBytes = 1000;
const confirmMs = 15_000;
/** What makes it dark: the text form has no order for that. */
const blank: readonly Segment[] = [{ type: 'text', text: ' ' }];

interface JetFilePicture extends Picture {
  readonly segments: readonly Segment[];
  /** How long the text takes to move through, in milliseconds; 0 where it stands. */
  readonly passMs: number;
}

class JetFileSign implements SignCard<JetFilePicture> {
  readonly #dialogue: Dialogue<JetFileFrame>;

  constructor(
    parts: DriverParts,
    private readonly options: JetFile2Options,
  ) {
    this.#dialogue = new Dialogue(parts, codec, { baud: options.baud });
  }

  picture(text: string): JetFilePicture {
    const charset = this.options.charset === 'gb2312' ? 'gb2312' : 'gbk';
    const { lines } = jetFileLines(text, { charset, maxBytes: mostTextBytes, multiLine: false });
    const shown = lines.join(' ');
    const dots = dotsAcross(shown);
    const segments: Segment[] = shown === '' ? [...blank] : [{ type: 'text', text: shown }];
    // Text without an effect stands.
    if (dots <= this.options.columns) return { text: shown, segments, passMs: 0 };
    const speed = legibleSpeed(jetFileSpeeds);
    return {
      text: shown,
      segments: [{ type: 'effect', phase: 'in', code: '1' }, { type: 'speed', code: String(speed) }, ...segments],
      passMs: ((dots + this.options.columns) * 1000) / (jetFileSpeeds[speed] ?? 1),
    };
  }

  async greet(): Promise<void> {
    // There is no question to ask: the first text tells whether it is there.
  }

  show({ segments }: JetFilePicture): Promise<void> {
    return this.#write(segments);
  }

  clear(): Promise<void> {
    return this.#write(blank);
  }

  /**
   * The text form has no question that a sign answers: what is shown is written again. A sign that restarted in
   * between so comes back, though nobody learns for how long it was dark.
   */
  async confirm(picture: JetFilePicture | undefined): Promise<boolean> {
    await this.#write(picture?.segments ?? blank);
    return true;
  }

  /** Writing begins the text anew, so it comes at the end of a pass. */
  confirmEveryMs({ passMs }: JetFilePicture): number {
    return passMs === 0 ? confirmMs : Math.ceil(confirmMs / passMs) * passMs;
  }

  async attend(): Promise<void> {}

  async findings(shown: JetFilePicture | undefined): Promise<readonly Finding[]> {
    const details = { module: codec.protocol };
    try {
      await this.confirm(shown);
      return [{ ok: true, code: 'answers', details }];
    } catch (error) {
      if (this.#dialogue.hasAnswered || !isNoAnswer(error)) throw error;
      return [{ ok: false, code: 'mute-module', details }];
    }
  }

  async #write(segments: readonly Segment[]): Promise<void> {
    await this.#dialogue.order(
      {
        kind: 'write-text',
        address: this.options.address,
        textStart: '02',
        ending: { form: 'simple', answer: true },
        file: { drive: 'E', folder: 'T', name: 'AA' },
        jetFile: true,
        segments: [...segments],
      },
      ({ kind }) => (kind === 'ok' ? 'answer' : 'unrelated'),
    );
  }
}

const isNoAnswer = (error: unknown): boolean =>
  error instanceof XiaolabaError && error.code === 'sign-silent' && error.details.reason === 'no-answer';
