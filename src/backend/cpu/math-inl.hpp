// Functions of one number that the vectors have no instruction for. See simd-inl.hpp for how this file is included.

/// The bits of a number, and back.
SUMI_INLINE IntVec bits_of(Vec x) { return (IntVec)x; }
SUMI_INLINE Vec from_bits(IntVec bits) { return (Vec)bits; }

/// e^x within 2 units in the last place; 0 from e^-87.3 downwards (where floats lose digits), infinity beyond e^88.7.
/// With x = n ln 2 + r and |r| <= ln 2 / 2 it is 2^n times the Taylor polynomial of degree 7, whose remainder is below
/// r^8 / 8! < 5.3e-9.
SUMI_INLINE Vec exponential(Vec x) {
  constexpr float most = 88.72F;
  constexpr float least = -87.3F;
  // Adding it rounds to whole numbers, which then stand in the last bits.
  constexpr float shift = 12582912.0F;
  const Vec clamped = smaller(larger(x, broadcast<Vec>(least)), broadcast<Vec>(most));
  const Vec shifted = clamped * 1.44269504F + shift;
  const Vec n = shifted - shift;
  const Vec r = (clamped - n * 0.693359375F) - n * -2.12194440e-4F;  // ln 2 in two parts, the first of few digits
  Vec p = r * (1.0F / 5040) + 1.0F / 720;
  p = p * r + 1.0F / 120;
  p = p * r + 1.0F / 24;
  p = p * r + 1.0F / 6;
  p = p * r + 0.5F;
  p = p * (r * r) + (r + 1.0F);
  // 2^n in two factors, since 2^128 is none.
  const IntVec whole = bits_of(shifted) - bits_of(broadcast<Vec>(shift));
  const IntVec half = whole >> 1;
  const Vec power = from_bits((half + 127) << 23) * p * from_bits((whole - half + 127) << 23);
  const Vec clipped = x < broadcast<Vec>(least) ? Vec{} : power;
  const Vec unlimited = x > broadcast<Vec>(most) ? broadcast<Vec>(__builtin_inff()) : clipped;
  return x == x ? unlimited : x;
}
