import type { Position } from '@xiaolaba/simulator/bench-contract';

const metresPerDegree = 111_320;

export interface MapFrame {
  readonly width: number;
  readonly height: number;
  /** Metres to drawing units. */
  readonly scale: number;
  place(position: Position): readonly [x: number, y: number];
}

/**
 * Fits positions into a drawing, north up. A district is small enough that a degree of longitude has one length.
 * `margin` is kept free around them.
 */
export const mapFrame = (positions: readonly Position[], width: number, height: number, margin: number): MapFrame => {
  const longitudes = positions.map(([longitude]) => longitude);
  const latitudes = positions.map(([, latitude]) => latitude);
  const [west, east] = [Math.min(...longitudes), Math.max(...longitudes)];
  const [south, north] = [Math.min(...latitudes), Math.max(...latitudes)];
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const across = Math.max(1, (east - west) * shrink * metresPerDegree);
  const up = Math.max(1, (north - south) * metresPerDegree);
  const scale = Math.min((width - 2 * margin) / across, (height - 2 * margin) / up);
  return {
    width,
    height,
    scale,
    place: ([longitude, latitude]) => [
      width / 2 + (longitude - (west + east) / 2) * shrink * metresPerDegree * scale,
      height / 2 - (latitude - (south + north) / 2) * metresPerDegree * scale,
    ],
  };
};
