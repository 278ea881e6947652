// Functions of one number that the vectors have no instruction for. See simd-inl.hpp for how this file is included.

/// The bits of a number, and back.
SUMI_INLINE IntVec bits_of(Vec x) { return (IntVec)x; }
SUMI_INLINE Vec from_bits(IntVec bits) { return (Vec)bits; }

SUMI_INLINE Vec absolute(Vec x) { return from_bits(bits_of(x) & INT32_MAX); }
/// The size of `size` with the sign of x.
SUMI_INLINE Vec with_sign_of(Vec x, Vec size) {
  return from_bits((bits_of(size) & INT32_MAX) | (bits_of(x) & INT32_MIN));
}

/// x = n ln 2 + r, |r| <= ln 2 / 2.
struct Reduced {
  Vec r;
  IntVec n;
};
SUMI_INLINE Reduced reduced(Vec x) {
  // Adding it rounds to whole numbers, which then stand in the last bits.
  constexpr float shift = 12582912.0F;
  const Vec shifted = x * 1.44269504F + shift;
  const Vec n = shifted - shift;
  const Vec r = (x - n * 0.693359375F) - n * -2.12194440e-4F;  // ln 2 in two parts, the first of few digits
  return {r, bits_of(shifted) - bits_of(broadcast<Vec>(shift))};
}
/// 2^n, -127 <= n <= 127; 0 instead of 2^-127.
SUMI_INLINE Vec power_of_two(IntVec n) { return from_bits((n + 127) << 23); }
/// (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2: its Taylor polynomial of degree 5, which leaves less than r^6 / 8!.
SUMI_INLINE Vec exponential_tail(Vec r) {
  Vec p = r * (1.0F / 5040) + 1.0F / 720;
  p = p * r + 1.0F / 120;
  p = p * r + 1.0F / 24;
  p = p * r + 1.0F / 6;
  return p * r + 0.5F;
}

/// e^x within 2 units in the last place; 0 from e^-87.3 downwards (where floats lose digits), infinity beyond e^88.7.
SUMI_INLINE Vec exponential(Vec x) {
  constexpr float most = 88.72F;
  constexpr float least = -87.3F;
  const Reduced part = reduced(smaller(larger(x, broadcast<Vec>(least)), broadcast<Vec>(most)));
  const Vec p = exponential_tail(part.r) * (part.r * part.r) + (part.r + 1.0F);
  // 2^n in two factors, since 2^128 is none.
  const IntVec half = part.n >> 1;
  const Vec power = power_of_two(half) * p * power_of_two(part.n - half);
  const Vec clipped = x < broadcast<Vec>(least) ? Vec{} : power;
  const Vec unlimited = x > broadcast<Vec>(most) ? broadcast<Vec>(__builtin_inff()) : clipped;
  return x == x ? unlimited : x;
}
/// The same for x <= 0, in fewer steps.
SUMI_INLINE Vec decay(Vec x) {
  constexpr float least = -87.3F;
  const Reduced part = reduced(larger(broadcast<Vec>(least), x));  // not a number: stays so
  const Vec p = exponential_tail(part.r) * (part.r * part.r) + (part.r + 1.0F);
  return x < broadcast<Vec>(least) ? Vec{} : power_of_two(part.n) * p;
}
/// e^x - 1 within 4 units of rounding of the result, for x <= 88.7. It is 2^n (e^r - 1) + (2^n - 1), in halves, since
/// 2^128 is no number.
SUMI_INLINE Vec exponential_less_one(Vec x) {
  const Reduced part = reduced(larger(broadcast<Vec>(-40.0F), x));
  const Vec growth = exponential_tail(part.r) * (part.r * part.r) + part.r;
  const Vec half = power_of_two(part.n - 1);
  return 2.0F * (half * growth + (half - 0.5F));
}

/// ln(1 + x) within 4 units of rounding of the result, for 0 <= x <= 1. With s = x / (2 + x) <= 1/3 it is 2 artanh s,
/// whose series is cut after s^13: what is left is below 2 s^15 / 15 / (1 - s^2) < 1.1e-8.
SUMI_INLINE Vec logarithm_of_one_plus(Vec x) {
  const Vec s = x / (2.0F + x), square = s * s;
  Vec series = square * (1.0F / 13) + 1.0F / 11;
  series = series * square + 1.0F / 9;
  series = series * square + 1.0F / 7;
  series = series * square + 1.0F / 5;
  series = series * square + 1.0F / 3;
  series = series * square + 1.0F;
  return 2.0F * s * series;
}

/// tanh x within 8 units of rounding of the result.
SUMI_INLINE Vec hyperbolic_tangent(Vec x) {
  const Vec less = exponential_less_one(-2.0F * absolute(x));
  return with_sign_of(x, less / (2.0F + less));
}

/// 1 / (1 + e^-x), and 1 / (1 + e^x), within 6 units of rounding of the result (0 instead of what is below 1e-38).
SUMI_INLINE Vec sigmoid(Vec x) {
  const Vec e = decay(-absolute(x));
  return (x >= Vec{} ? broadcast<Vec>(1.0F) : e) / (1.0F + e);
}
struct Sigmoids {
  Vec of, of_negative;
};
SUMI_INLINE Sigmoids sigmoids(Vec x) {
  const Vec e = decay(-absolute(x));
  const Vec most = 1.0F / (1.0F + e), least = e * most;
  return {x >= Vec{} ? most : least, x >= Vec{} ? least : most};
}

/// ln x for positive normal x, within 7 units of rounding. With x = 2^e m, sqrt(1/2) <= m < sqrt(2) and s = (m - 1) /
/// (m + 1) it is e ln 2 + 2 artanh s, whose series breaks off below s^11 / 11 < 4e-10.
SUMI_INLINE Vec logarithm(Vec x) {
  constexpr std::int32_t root_of_half = 0x3f3504f3;
  const IntVec e = (bits_of(x) - root_of_half) >> 23;
  const Vec f = from_bits(bits_of(x) - (e << 23)) - 1.0F;
  const Vec s = f / (f + 2.0F);
  const Vec square = s * s;
  Vec p = square * (1.0F / 9) + 1.0F / 7;
  p = p * square + 1.0F / 5;
  p = p * square + 1.0F / 3;
  p = p * square + 1.0F;
  const Vec n = __builtin_convertvector(e, Vec);
  return (2.0F * s * p + n * -2.12194440e-4F) + n * 0.693359375F;  // ln 2 in two parts, the first of few digits
}

/// Cosine and sine of a full turn times t, for 0 <= t < 1, each within 4 units of rounding of 1: Taylor polynomials of
/// at most an eighth of a turn.
struct Rotation {
  Vec cosine, sine;
};
SUMI_INLINE Rotation rotation(Vec t) {
  constexpr float shift = 12582912.0F;  // see exponential()
  const Vec shifted = t * 4.0F + shift;
  const IntVec quarter = bits_of(shifted) - bits_of(broadcast<Vec>(shift));
  const Vec a = (t * 4.0F - (shifted - shift)) * 1.57079633F;
  const Vec square = a * a;
  Vec s = square * (1.0F / 362880) - 1.0F / 5040;
  s = s * square + 1.0F / 120;
  s = s * square - 1.0F / 6;
  s = s * square * a + a;
  Vec c = square * (-1.0F / 3628800) + 1.0F / 40320;
  c = c * square - 1.0F / 720;
  c = c * square + 1.0F / 24;
  c = c * square - 0.5F;
  c = c * square + 1.0F;
  const IntVec odd = -(quarter & 1);
  const Vec cosine = odd ? s : c, sine = odd ? c : s;
  // The second bit of the quarter is the sine's sign, that of the next quarter the cosine's.
  return {from_bits(bits_of(cosine) ^ ((quarter + 1) >> 1 << 31)), from_bits(bits_of(sine) ^ (quarter >> 1 << 31))};
}
