/** Runs before the first paint, so that a dark page never flashes white. */

export const THEME_STORAGE_KEY = 'dagy-theme';

export const THEME_BOOT_SCRIPT =
  `try{var t=localStorage.getItem('${THEME_STORAGE_KEY}');` +
  `if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch(e){}`;
