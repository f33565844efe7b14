/** Runs before everything else: a script of the page that cannot be loaded, because the server is
 *  away or a new build has taken its place, must not leave a page that never works. */

/** Where the last navigation leads, for a reload that must end there. */
export interface Wanted {
  dagyWanted?: { page: string; from: string; at: number };
}

/** Its text is put into the page: it may use nothing from outside. */
export function recoverFromLostParts(): void {
  const probe = '/api/ui-config';
  const kept = 'dagy-recovered';
  const navigationMs = 30_000;
  const longestWaitSeconds = 30;
  const site = window as Window & { dagyWanted?: { page: string; from: string; at: number } };
  let isRecovering = false;

  const isPart = (target: EventTarget | null): boolean =>
    (target instanceof HTMLScriptElement && target.src.includes('/_next/static/')) ||
    (target instanceof HTMLLinkElement && target.rel === 'stylesheet');

  const linkOf = (target: EventTarget | null): HTMLAnchorElement | null =>
    target instanceof Element ? target.closest<HTMLAnchorElement>('a[href^="/"]') : null;

  /** How often this tab has loaded itself anew within the last minute. */
  const earlier = (): number => {
    try {
      const [times = 0, at = 0] = (sessionStorage.getItem(kept) ?? '').split('@').map(Number);
      return Date.now() - at < 60_000 ? times : 0;
    } catch {
      return 0;
    }
  };

  const leave = (): void => {
    try {
      sessionStorage.setItem(kept, `${earlier() + 1}@${Date.now()}`);
    } catch {
      // Storage may be forbidden; then each time counts as the first.
    }
    const wanted = site.dagyWanted;
    const here = window.location.href;
    if (wanted && wanted.from === here && Date.now() - wanted.at < navigationMs) window.location.assign(wanted.page);
    else window.location.reload();
  };

  const bar = (): { say: (text: string) => void; button: HTMLButtonElement } => {
    const made = document.createElement('div');
    const text = document.createElement('span');
    const button = document.createElement('button');
    made.setAttribute('role', 'alert');
    made.style.cssText =
      'position:fixed;inset:auto 0 0;z-index:1000;display:flex;flex-wrap:wrap;gap:12px;align-items:center;justify-content:center;' +
      'padding:10px 16px;font:14px system-ui,sans-serif;background:var(--warn-soft,#fdf4e3);color:var(--warn,#8f4700);' +
      'border-top:1px solid var(--line,#e3e6ec)';
    button.style.cssText =
      'padding:3px 12px;border:1px solid currentColor;border-radius:6px;background:none;color:inherit;font:inherit;cursor:pointer';
    button.textContent = 'Reload now';
    made.append(text, button);
    document.documentElement.append(made);
    return { say: (words) => void (text.textContent = words), button };
  };

  const recover = (): void => {
    const { say, button } = bar();
    const lost = 'Part of this page could not be loaded.';
    let failures = earlier();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = (): void => {
      clearTimeout(timer);
      say(`${lost} Reloading …`);
      fetch(probe, { cache: 'no-store' }).then(
        ({ ok }) => (ok ? leave() : wait()),
        () => wait(),
      );
    };
    const wait = (): void => {
      failures += 1;
      count(Math.min(longestWaitSeconds, 2 ** (failures - 1)));
    };
    const count = (seconds: number): void => {
      if (seconds <= 0) return ask();
      say(`${lost} Trying again in ${seconds} s.`);
      timer = setTimeout(() => count(seconds - 1), 1000);
    };
    button.addEventListener('click', ask);
    if (failures > 0) wait();
    else ask();
  };

  window.addEventListener(
    'click',
    (event) => {
      const link = linkOf(event.target);
      if (link) site.dagyWanted = { page: link.href, from: window.location.href, at: Date.now() };
    },
    true,
  );
  // Errors of elements do not bubble; only who captures hears of them.
  window.addEventListener(
    'error',
    (event) => {
      if (isRecovering || !isPart(event.target)) return;
      isRecovering = true;
      recover();
    },
    true,
  );
}

export const RECOVERY_BOOT_SCRIPT = `(${recoverFromLostParts.toString()})()`;
