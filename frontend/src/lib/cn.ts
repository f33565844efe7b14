/** Class names; what is falsy is left out. Two that set the same property are not sorted out (a
 *  library for that is 9 KB of every page): components have props for their looks, `className` is
 *  for layout, and a `!` at the end (`px-0!`) overrides where it must be. */
export { clsx as cn } from 'clsx';
