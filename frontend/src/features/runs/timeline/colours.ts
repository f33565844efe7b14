/** The tokens as a canvas can use them: it knows neither variables nor light-dark(). */
import type { Tone } from '@/lib/states';
import type { Colours } from './draw';

export function coloursOf(near: HTMLElement): Colours {
  const probe = document.createElement('span');
  near.parentElement?.append(probe);
  const of = (token: string) => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const tones = new Map<Tone, string>();
  for (const tone of TONES) tones.set(tone, of(`state-${tone}`));
  const colours = { tone: (tone: Tone) => tones.get(tone) ?? 'gray', line: of('line'), text: of('text-soft') };
  probe.remove();
  return colours;
}

const TONES: readonly Tone[] = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'crashed', 'timed-out'];
