/** The twin of a module at the end of a cable: real bytes in, real bytes out, in its own time. */
export interface ModuleTwin {
  /** As on the command line of `codec`; `firmata` for a board, `matrix` for a card that takes bitmaps. */
  readonly protocol: string;
  /** Made switched off. Switching on begins the module's own start; what was set before is gone, as on the real one. */
  setPowered(on: boolean): void;
  /** Bytes from the host. Without power they are lost. */
  receive(bytes: Uint8Array): void;
  /** Bytes to the host. One listener: the cable. */
  onSend(call: (bytes: Uint8Array) => void): void;
}

/** What a voice module is putting out. */
export interface Sounding {
  /** File on the module's card, or the words that a speech chip says. */
  readonly track?: number;
  readonly words?: string;
  /** 0 to 1, as the module is set. */
  readonly volume: number;
  /** By the twin's monotonic clock. */
  readonly since: number;
  /** Milliseconds that it will take from `since`. */
  readonly durationMs: number;
}

export interface VoiceTwin extends ModuleTwin {
  readonly sounding: Sounding | undefined;
  onSounding(call: (sounding: Sounding | undefined) => void): void;
}

/** How a text moves over a sign. */
export interface SignScene {
  /** The sign's own size in dots. */
  readonly columns: number;
  readonly rows: number;
  readonly colour: 'red' | 'green' | 'yellow' | 'white';
  /** 0 to 1. */
  readonly brightness: number;
  /** What is shown in plain text, as far as the card knows it as text. */
  readonly text?: string;
  /** All dots of the text, each row from the left in whole bytes, highest bit first; base64. */
  readonly strip: { readonly columns: number; readonly rows: number; readonly bits: string };
  /** `left`: the strip comes in at the right edge and leaves at the left, again and again. `up`: page by page. */
  readonly motion: 'static' | 'left' | 'up';
  /** Dots a second, for what moves. */
  readonly dotsPerSecond: number;
  /** How long a page stays, for `up`. */
  readonly stayMs: number;
  /** When the first column came in, by the twin's monotonic clock. */
  readonly since: number;
}

export interface SignTwin extends ModuleTwin {
  /** `undefined`: dark. */
  readonly scene: SignScene | undefined;
  onScene(call: (scene: SignScene | undefined) => void): void;
}
