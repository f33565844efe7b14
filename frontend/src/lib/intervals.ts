const UNITS: readonly [seconds: number, noun: string][] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** Every 15 minutes, Every hour, Every 90 minutes: in the largest unit that leaves no rest. */
export function every(seconds: number): string {
  const [size, noun] = UNITS.find(([unit]) => seconds >= unit && seconds % unit === 0) ?? [1, 'second'];
  const count = seconds / size;
  return count === 1 ? `Every ${noun}` : `Every ${count} ${noun}s`;
}
