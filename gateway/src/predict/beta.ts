/** Logarithm of the gamma function, by Lanczos' series with g = 5; good to 2e-10. */
function logGamma(x: number): number {
  const series = [
    76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2,
    -0.5395239384953e-5,
  ];
  const shifted = x + 5.5 - (x + 0.5) * Math.log(x + 5.5);
  const sum = series.reduce((total, term, index) => total + term / (x + index + 1), 1.000000000190015);
  return -shifted + Math.log((2.5066282746310007 * sum) / x);
}

/** The continued fraction of the incomplete beta function, by Lentz' method. */
function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-30;
  const kept = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / kept(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / kept(1 + even * d);
    c = kept(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / kept(1 + odd * d);
    c = kept(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < 1e-10) break;
  }
  return result;
}

/** How likely a share drawn from a beta distribution is at most `x`. */
export function betaAtMost(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

/** The share below which a part of all draws lies, to a thousandth. */
export function betaQuantile(part: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  while (high - low > 1e-4) {
    const middle = (low + high) / 2;
    if (betaAtMost(middle, a, b) < part) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The middle four fifths of a share with a mean and a variance. */
export function middleOf(mean: number, variance: number): { readonly low: number; readonly high: number } {
  const most = mean * (1 - mean);
  if (most <= 1e-9 || variance <= 1e-9) return { low: mean, high: mean };
  const size = Math.max(0.02, most / variance - 1);
  const [a, b] = [mean * size, (1 - mean) * size];
  return { low: betaQuantile(0.1, a, b), high: betaQuantile(0.9, a, b) };
}
