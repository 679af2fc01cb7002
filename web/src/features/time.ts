/** Wall-clock times of the shop's time zone, as `datetime-local` inputs give them. */

const WALL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/;

/** The wall clock (`2026-12-01T09:00`) of a moment in a zone. */
export function wallClock(at: Date, timeZone: string): string {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/**
 * The moment at which the clocks of a zone show this time; undefined for what is no time.
 * Where clocks skip the time, the moment just after the gap; where they show it twice, the first.
 */
export function momentOf(wall: string, timeZone: string): Date | undefined {
  if (!WALL.test(wall)) return undefined;
  const asUtc = Date.parse(`${wall}:00Z`);
  if (Number.isNaN(asUtc)) return undefined;
  const offset = (at: number) => Date.parse(`${wallClock(new Date(at), timeZone)}:00Z`) - at;
  // The offsets a day before and after cover any change of the clocks between them.
  const before = asUtc - offset(asUtc - 86_400_000);
  const after = asUtc - offset(asUtc + 86_400_000);
  const right = [before, after].filter((at) => at + offset(at) === asUtc);
  return new Date(right.length > 0 ? Math.min(...right) : before);
}

/** ISO 8601 with the zone's offset is not needed: the API compares moments. */
export const isoMoment = (at: Date): string => at.toISOString().replace('.000Z', 'Z');
