'use client';
import { LogView } from '../logs/log-view';

/** The whole log; of the selected task alone, if there is one. */
export default function Logs() {
  return (
    <div className="flex h-[max(420px,calc(100dvh-230px))] flex-col">
      <LogView isSearchKey />
    </div>
  );
}
