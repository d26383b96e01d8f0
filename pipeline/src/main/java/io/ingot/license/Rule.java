package io.ingot.license;

/** One reason for a finding. Implementations are stateless. */
@FunctionalInterface
interface Rule {
  void check(Chain chain, Publication publication, Findings findings);
}
