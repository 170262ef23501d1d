import type { SignScene } from '@xiaolaba/simulator/bench-contract';
import { type DotStrip, isOfPage, type SignWindow } from './sign-window.js';

/** Core and halo of a diode of each colour, and what it looks like unlit. */
const diodes = {
  red: { core: '255 88 60', halo: '255 34 8', off: '74 30 26' },
  green: { core: '150 255 130', halo: '30 235 60', off: '24 56 32' },
  yellow: { core: '255 214 96', halo: '255 160 0', off: '66 50 20' },
  white: { core: '255 255 255', halo: '190 215 255', off: '54 58 66' },
} as const;

export interface SignBrush {
  /** Device pixels from dot to dot. */
  readonly pitch: number;
  paint(
    pen: CanvasRenderingContext2D,
    lit: { strip: DotStrip; scene: SignScene; window: SignWindow } | undefined,
  ): void;
}

const sheet = (width: number, height: number) => {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext('2d');
  return pen && { canvas, pen };
};

/** Draws a lit diode once; it is stamped for every dot after that. */
const stampOf = (colour: SignScene['colour'], pitch: number, brightness: number): HTMLCanvasElement | undefined => {
  const size = pitch * 3;
  const made = sheet(size, size);
  if (!made) return undefined;
  const { canvas, pen } = made;
  const { core, halo } = diodes[colour];
  const middle = size / 2;
  const power = 0.4 + 0.6 * brightness;
  const glow = pen.createRadialGradient(middle, middle, pitch * 0.3, middle, middle, pitch * 1.35);
  glow.addColorStop(0, `rgb(${halo} / ${0.34 * power})`);
  glow.addColorStop(0.4, `rgb(${halo} / ${0.1 * power})`);
  glow.addColorStop(1, `rgb(${halo} / 0)`);
  pen.fillStyle = glow;
  pen.fillRect(0, 0, size, size);
  const radius = pitch * 0.41;
  const body = pen.createRadialGradient(middle, middle, 0, middle, middle, radius);
  body.addColorStop(0, `rgb(${core} / ${power})`);
  body.addColorStop(0.55, `rgb(${core} / ${power})`);
  body.addColorStop(1, `rgb(${halo} / ${power * 0.95})`);
  pen.fillStyle = body;
  pen.beginPath();
  pen.arc(middle, middle, radius, 0, 7);
  pen.fill();
  return canvas;
};

/** The board with all its diodes unlit. */
const boardOf = (colour: SignScene['colour'], columns: number, rows: number, pitch: number) => {
  const made = sheet(columns * pitch, rows * pitch);
  if (!made) return undefined;
  const { canvas, pen } = made;
  pen.fillStyle = '#0c0a0a';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = `rgb(${diodes[colour].off})`;
  pen.beginPath();
  for (let x = 0; x < columns; x++) {
    for (let y = 0; y < rows; y++) {
      pen.moveTo((x + 0.5) * pitch + pitch * 0.34, (y + 0.5) * pitch);
      pen.arc((x + 0.5) * pitch, (y + 0.5) * pitch, pitch * 0.34, 0, 7);
    }
  }
  pen.fill();
  return canvas;
};

/** A sign of so many dots, `pitch` device pixels apart: whole pixels, so that every dot is as sharp as the next. */
export const signBrush = (
  { colour, columns, rows, brightness }: Pick<SignScene, 'colour' | 'columns' | 'rows' | 'brightness'>,
  pitch: number,
): SignBrush => {
  const board = boardOf(colour, columns, rows, pitch);
  const stamp = stampOf(colour, pitch, brightness);
  return {
    pitch,
    paint(pen, lit) {
      pen.globalCompositeOperation = 'copy';
      if (board) pen.drawImage(board, 0, 0);
      pen.globalCompositeOperation = 'lighter';
      if (!lit || !stamp) return;
      const { strip, scene, window } = lit;
      for (let y = 0; y < rows; y++) {
        if (!isOfPage(scene, window, y)) continue;
        for (let x = 0; x < columns; x++) {
          if (strip.isLit(window.column + x, window.row + y)) pen.drawImage(stamp, (x - 1) * pitch, (y - 1) * pitch);
        }
      }
    },
  };
};
