import { z } from 'zod';
import { concat, uint, uintBytes } from './bytes.js';
import type { Edition } from './header.js';
import { fixedBytes, readFixed, readText, textBytes, textField } from './text-field.js';

const uint16 = z.int().min(0).max(0xffff);

/** 0100: a terminal asks to be known. */
export const registerFields = {
  /** 2011 shares the 2013 header, but has shorter places; its frames are told by their length. */
  layout: z.enum(['2011', '2013', '2019']),
  /** First two digits of the GB/T 2260 division code. */
  province: uint16,
  /** Its last four digits. */
  city: uint16,
  manufacturer: textField,
  model: textField,
  terminalId: textField,
  /** JT/T 415: 0 no plate, 1 blue, 2 yellow, 3 black, 4 white, 9 other. */
  plateColour: z.int().min(0).max(255),
  /** The plate, or the VIN where there is no plate. */
  plate: textField,
} as const;
const register = z.strictObject(registerFields);
export type Register = z.infer<typeof register>;

const places = {
  '2011': { manufacturer: 5, model: 8, terminalId: 7 },
  '2013': { manufacturer: 5, model: 20, terminalId: 7 },
  '2019': { manufacturer: 11, model: 30, terminalId: 30 },
} as const;
const shortest = (layout: Register['layout']) =>
  5 + places[layout].manufacturer + places[layout].model + places[layout].terminalId;

function layoutOf(length: number, edition: Edition): Register['layout'] | undefined {
  const layout = edition === '2013' && length < shortest('2013') ? '2011' : edition;
  return length < shortest(layout) ? undefined : layout;
}

export function readRegister(body: Uint8Array, edition: Edition): Register | undefined {
  const layout = layoutOf(body.length, edition);
  if (!layout) return undefined;
  const place = places[layout];
  const modelAt = 4 + place.manufacturer;
  const idAt = modelAt + place.model;
  const colourAt = idAt + place.terminalId;
  return {
    layout,
    province: uint(body, 0, 2),
    city: uint(body, 2, 2),
    manufacturer: readFixed(body.subarray(4, modelAt)),
    model: readFixed(body.subarray(modelAt, idAt)),
    terminalId: readFixed(body.subarray(idAt, colourAt)),
    plateColour: uint(body, colourAt, 1),
    plate: readText(body.subarray(colourAt + 1)),
  };
}

export function registerBytes(value: Register, edition: Edition): Uint8Array | undefined {
  const place = places[value.layout];
  const manufacturer = fixedBytes(value.manufacturer, place.manufacturer);
  const model = fixedBytes(value.model, place.model);
  const terminalId = fixedBytes(value.terminalId, place.terminalId);
  if (!manufacturer || !model || !terminalId) return undefined;
  const body = concat([
    uintBytes(value.province, 2),
    uintBytes(value.city, 2),
    manufacturer,
    model,
    terminalId,
    Uint8Array.of(value.plateColour),
    textBytes(value.plate),
  ]);
  // Otherwise a reader would take it for the other layout.
  return layoutOf(body.length, edition) === value.layout ? body : undefined;
}
