import { z } from 'zod';

/** A number on the wire that has a name where the data sheet gives one, and stays a number where it doesn't. */
export interface NamedCodes<Name extends string> {
  name(code: number): Name | number;
  code(value: Name | number): number;
  readonly schema: z.ZodType<Name | number>;
}

export type CodeTable<Name extends string> = Readonly<Record<Name, number>>;

export const namesOf = <Name extends string>(table: CodeTable<Name>): [Name, ...Name[]] =>
  Object.keys(table) as [Name, ...Name[]];

export const invert = <Name extends string>(table: CodeTable<Name>): ReadonlyMap<number, Name> =>
  new Map(namesOf(table).map((name) => [table[name], name]));

/** @param max largest number that the field on the wire can hold */
export function namedCodes<Name extends string>(table: CodeTable<Name>, max: number): NamedCodes<Name> {
  const names = invert(table);
  return {
    name: (code) => names.get(code) ?? code,
    code: (value) => (typeof value === 'number' ? value : table[value]),
    schema: z.union([z.enum(namesOf(table)), z.int().min(0).max(max)]),
  };
}
