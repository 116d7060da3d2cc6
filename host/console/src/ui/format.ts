// Numbers as people read them: times, durations, sizes.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A duration: three digits, in the unit that fits. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return "–";
  if (ms < 1) return `${Math.round(ms * 1_000)} µs`;
  if (ms < 1_000) return `${ms < 10 ? trim(ms, 1) : Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 60) return `${trim(seconds, seconds < 10 ? 2 : 1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A duration between two events, whose times are in whole milliseconds. */
export function between(ms: number): string {
  return ms === 0 ? "< 1 ms" : duration(ms);
}

function trim(number: number, digits: number): string {
  return String(Number(number.toFixed(digits)));
}

/** A size in bytes. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${trim(value, value < 10 && unit > 0 ? 1 : 0)} ${UNITS[unit]}`;
}

/** A count, with its thousands set apart. */
export function count(number: number): string {
  return number.toLocaleString("en-US");
}

/** How long ago a moment is. */
export function ago(ms: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - ms) / 1_000));
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 48) return `${hours} h ago`;
  return `${Math.round(hours / 24)} d ago`;
}

const TWO = (number: number) => String(number).padStart(2, "0");

/** A moment, in this browser's time zone. */
export function moment(ms: number): string {
  const date = new Date(ms);
  const day = `${date.getFullYear()}-${TWO(date.getMonth() + 1)}-${TWO(date.getDate())}`;
  return `${day} ${clock(ms).slice(0, 8)}`;
}

/** The time of day of a moment, to the millisecond. */
export function clock(ms: number): string {
  const date = new Date(ms);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(TWO).join(":");
  return `${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** The last part of an ARN. */
export function nameOf(arn: string): string {
  return arn.split(":").slice(6).at(-1) ?? arn;
}

/** The state machine of an ARN; children of a Map Run have its label behind a slash. */
export function machineOf(arn: string): string {
  return arn.split("/")[0] ?? arn;
}
