package io.ingot.job.planner;

import io.ingot.error.IngotException;
import io.ingot.job.JobSpec;
import io.ingot.license.Verdict;
import io.ingot.run.RunPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;

/**
 * A job with everything resolved.
 *
 * @param run for the engine
 * @param releases one for each publish step
 * @param estimates by step, where something can be said
 */
public record Plan(
    JobSpec job,
    RunPlan run,
    List<Release> releases,
    SequencedMap<String, PinnedModel> models,
    SequencedMap<String, PinnedDataset> datasets,
    SequencedMap<String, Estimate> estimates) {

  /**
   * Throws when a license forbids what the job wants to publish.
   *
   * @throws IngotException BLOCKED with every reason and what would lift it
   */
  public void requireAllowed() {
    List<String> reasons = new ArrayList<>();
    for (Release release : releases) {
      for (Verdict.Finding finding : release.verdict().findings()) {
        if (finding.severity() == Verdict.Severity.BLOCK) {
          reasons.add(
              "  "
                  + finding.subject()
                  + ": "
                  + finding.reason()
                  + " ["
                  + finding.rule()
                  + "]; "
                  + finding.remedy());
        }
      }
      if (!reasons.isEmpty()) {
        throw IngotException.blocked(
            "'"
                + release.step()
                + "' may not be published to "
                + release.target()
                + ":\n"
                + String.join("\n", reasons));
      }
    }
  }
}
