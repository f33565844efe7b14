/** The tokens as a canvas can use them: it knows neither variables nor light-dark(). */
import type { Tone } from '@/lib/states';
import type { Colours } from './draw';

export function coloursOf(near: HTMLElement): Colours {
  const of = (token: string) => {
    // A new element for each: of one that changes, a transition would tell the colour it had.
    const probe = document.createElement('span');
    probe.style.color = `var(--${token})`;
    near.parentElement?.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
  const tones = new Map<Tone, string>();
  for (const tone of TONES) tones.set(tone, of(`state-${tone}`));
  return { tone: (tone: Tone) => tones.get(tone) ?? 'gray', line: of('line'), text: of('text-soft') };
}

const TONES: readonly Tone[] = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'crashed', 'timed-out'];
