interface SparklineProps {
  values: readonly number[];
  /** For screen readers: what it shows. */
  label: string;
}

const WIDTH = 84;
const HEIGHT = 20;

/** Little bars; an empty part of the range is a line at the foot. */
export function Sparkline({ values, label }: SparklineProps) {
  const most = Math.max(1, ...values);
  const step = WIDTH / values.length;
  return (
    <svg role="img" aria-label={label} width={WIDTH} height={HEIGHT} className="block shrink-0">
      {values.map((value, index) => {
        const height = value > 0 ? Math.max(2, (value / most) * HEIGHT) : 1;
        return (
          <rect
            key={index}
            x={index * step}
            y={HEIGHT - height}
            width={step - 2}
            height={height}
            rx={1}
            className={value > 0 ? 'fill-accent' : 'fill-line-strong'}
          />
        );
      })}
    </svg>
  );
}
