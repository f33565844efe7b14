/** The mark: one task fans out to two, a small graph that reads left to right. */
export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <path d="M6 12C11 12 11 6 17 6M6 12c5 0 5 6 11 6" stroke="var(--accent)" strokeWidth="2" />
      <circle cx="5.5" cy="12" r="3.5" fill="var(--accent)" />
      <circle cx="18.5" cy="6" r="3" fill="var(--accent)" />
      <circle cx="18.5" cy="18" r="3" fill="var(--accent-2)" />
    </svg>
  );
}
