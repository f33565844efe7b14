/** Class names: what is falsy is left out. Later utilities do not override earlier ones by order;
 *  a component's `className` is for layout (margin, width, grid), not for its look. */
export { clsx as cn } from 'clsx';
