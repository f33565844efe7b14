/** Paints the strip. A thousand marks cost a few milliseconds, as elements they would cost a second. */
import { duration } from '@/lib/format';
import type { Tone } from '@/lib/states';
import { stateLook } from '@/lib/states';
import { durationTicks, hasDays, PAD, timeTicks, xOf, yOf, type Box, type Mark, type Scale } from './scale';

export interface Colours {
  tone: (tone: Tone) => string;
  line: string;
  text: string;
}

const RADIUS = 3;
const TICK_PX = 110;

export function drawStrip(context: CanvasRenderingContext2D, box: Box, scale: Scale, marks: readonly Mark[], colours: Colours): void {
  context.clearRect(0, 0, box.width, box.height);
  context.font = `10.5px ${getComputedStyle(context.canvas).fontFamily}`;
  drawDurations(context, box, scale, colours);
  drawTimes(context, box, scale, colours);
  // The oldest first: what is new lies on top.
  for (let index = marks.length - 1; index >= 0; index -= 1) drawMark(context, marks[index]!, colours);
}

function drawDurations(context: CanvasRenderingContext2D, box: Box, scale: Scale, { line, text }: Colours): void {
  for (const tick of durationTicks(scale)) {
    const y = Math.round(yOf(tick, scale, box)) + 0.5;
    context.fillStyle = line;
    context.fillRect(PAD.left, y, box.width - PAD.left - PAD.right, 1);
    context.fillStyle = text;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    context.fillText(roundDuration(tick), PAD.left - 8, y);
  }
}

/** 10 m rather than 10 m 00 s. */
const roundDuration = (ms: number): string => duration(ms).replace('.0', '').replace(/ 00? [sm]$| 0 h$/, '');

function drawTimes(context: CanvasRenderingContext2D, box: Box, scale: Scale, { text }: Colours): void {
  const offset = new Date(scale.to).getTimezoneOffset();
  const { step, at } = timeTicks(scale, Math.max(2, box.width / TICK_PX), offset);
  context.fillStyle = text;
  context.textBaseline = 'bottom';
  for (const tick of at) {
    const label = timeLabel(tick, step, scale);
    const half = context.measureText(label).width / 2;
    const x = xOf(tick, scale, box);
    context.textAlign = 'center';
    context.fillText(label, Math.min(box.width - half - 2, Math.max(half + 2, x)), box.height - 2);
  }
}

const SPAN_WITH_DAYS = 20 * 3_600_000;

function timeLabel(at: number, step: number, { from, to }: Scale): string {
  const day = { day: 'numeric', month: 'short' } as const;
  const clock = { hour: '2-digit', minute: '2-digit', ...(step < 60_000 && { second: '2-digit' as const }) } as const;
  const parts = hasDays(step) ? day : to - from > SPAN_WITH_DAYS ? { ...day, ...clock } : clock;
  return new Intl.DateTimeFormat('en-GB', parts).format(at);
}

function drawMark(context: CanvasRenderingContext2D, { run, x, y, shape }: Mark, { tone }: Colours): void {
  const colour = tone(stateLook(run.state).tone);
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.globalAlpha = 0.85;
  context.beginPath();
  if (shape === 'diamond') {
    const reach = RADIUS + 1.5;
    context.moveTo(x, y - reach);
    context.lineTo(x + reach, y);
    context.lineTo(x, y + reach);
    context.lineTo(x - reach, y);
    context.closePath();
  } else if (shape === 'square') context.rect(x - RADIUS + 0.5, y - RADIUS + 0.5, 2 * RADIUS - 1, 2 * RADIUS - 1);
  else context.arc(x, y, RADIUS, 0, 2 * Math.PI);
  if (shape === 'ring') context.stroke();
  else context.fill();
  context.globalAlpha = 1;
}
