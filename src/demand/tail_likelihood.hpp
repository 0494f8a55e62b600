#pragma once
// How likely a generalised Pareto tail makes the requests above a threshold. A fit asks some thousand times.

#include <vector>

#include "data/histogram.hpp"

namespace ctxcap::demand {

class TailLikelihood {
 public:
  TailLikelihood(const Histogram& need, Tokens threshold);

  // Log-likelihood of the excesses under (shape, scale); -infinity outside the support. scale > 0.
  double at(double shape, double scale) const;

 private:
  struct Excess {
    double tokens;  // above the threshold; a count stands for a span of one
    double count;
  };
  static double inside(const Excess& excess, double shape, double scale) {
    return 1 + shape * (excess.tokens / scale);
  }
  double sum_of_scales(double scale) const;
  double sum_of_logs(double shape, double scale) const;

  std::vector<Excess> excesses_;  // the longest first
  double count_ = 0;              // of requests
};

}  // namespace ctxcap::demand
