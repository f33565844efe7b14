/** Marks what belongs to a protected environment. */
import { ShieldCheck } from 'lucide-react';
import { Badge } from './ui/surfaces';

export function ProtectedBadge() {
  return (
    <Badge title="Deploying, running and secrets here need permissions of their own.">
      <ShieldCheck aria-hidden /> protected
    </Badge>
  );
}
