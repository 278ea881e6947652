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
