const TINY = 10_000;

/** Millionths of a dollar: $1.25, and more digits where there would be only zeros. */
export function money(microdollars: number): string {
  const dollars = microdollars / 1_000_000;
  return `$${microdollars < TINY ? dollars.toFixed(6).replace(/0+$/, '') : dollars.toFixed(2)}`;
}
