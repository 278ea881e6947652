// An affine map of the input moved into a kernel, and its way back, row by row. See simd-inl.hpp for how this file is
// included.

void fold_row(const float* kernel, float scale, float offset, float* folded, float* bias, std::int64_t filters) {
  std::int64_t f = 0;
  for (; f + lanes <= filters; f += lanes) {
    const Vec w = load<Vec>(kernel + f);
    store(folded + f, Vec(w * scale));
    store(bias + f, Vec(load<Vec>(bias + f) + w * offset));
  }
  for (; f < filters; ++f) {
    folded[f] = kernel[f] * scale;
    bias[f] += kernel[f] * offset;
  }
}

void fold_row_backward(const float* kernel, const float* dfolded, const float* dbias, float scale, float offset,
                       float mean, float* dkernel, double* sums, std::int64_t filters) {
  Vec plain = {};
  Vec centred = {};
  std::int64_t f = 0;
  for (; f + lanes <= filters; f += lanes) {
    const Vec w = load<Vec>(kernel + f);
    const Vec gradient = load<Vec>(dfolded + f);
    const Vec bias = load<Vec>(dbias + f);
    store(dkernel + f, Vec(gradient * scale + bias * offset));
    plain += w * bias;
    centred += w * (gradient - bias * mean);
  }
  for (std::int64_t i = 0; i < lanes; ++i) {
    sums[0] += static_cast<double>(plain[i]);
    sums[1] += static_cast<double>(centred[i]);
  }
  for (; f < filters; ++f) {
    dkernel[f] = dfolded[f] * scale + dbias[f] * offset;
    sums[0] += static_cast<double>(kernel[f] * dbias[f]);
    sums[1] += static_cast<double>(kernel[f] * (dfolded[f] - dbias[f] * mean));
  }
}
