package io.ingot.merge;

import io.ingot.error.IngotException;
import io.ingot.model.Architecture;
import io.ingot.model.Architectures;
import io.ingot.model.InferredArchitecture;
import java.util.List;
import java.util.Optional;

/** Which architecture describes the models of a merge. */
final class ArchitectureChoice {
  private ArchitectureChoice() {}

  /**
   * The donor's, when all are known and the same; an inferred one when some are unknown.
   *
   * @throws IngotException when a configuration names no architecture or several
   */
  static Architecture choose(
      Participant donor, List<Participant> all, boolean allowCrimes, Findings findings) {
    Optional<Architecture> known = Architectures.find(donor.config());
    boolean unknown = all.stream().anyMatch(p -> Architectures.find(p.config()).isEmpty());
    if (known.isEmpty() || unknown) {
      findings.warn(
          "",
          "",
          "no definition for architecture %s; tensors are matched by name"
              .formatted(donor.config().path("architectures")),
          "");
      return InferredArchitecture.of(all.stream().map(Participant::weights).toList());
    }
    for (Participant other : all) {
      Optional<Architecture> architecture = Architectures.find(other.config());
      if (!architecture.equals(known) && !allowCrimes) {
        findings.error(
            "",
            "",
            "models of different architectures: %s is %s, %s is %s"
                .formatted(
                    donor.reference(),
                    known.get().name(),
                    other.reference(),
                    architecture.map(Architecture::name).orElse("unknown")),
            "--allow-crimes mixes them by name");
      }
    }
    return known.get();
  }
}
